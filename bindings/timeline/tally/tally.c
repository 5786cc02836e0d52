#include "timeline/tally/tally.h"

#include <lauxlib.h>

#include "timeline/tally/fills.h"
#include "timeline/tally/holders.h"
#include "timeline/tally/shares.h"
#include "timeline/tally/totals.h"

int tally_open_library(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"totals", totals_of},      {"holders", holders_of},
        {"held", holders_held},     {"fills", fills_of},
        {"fullest", fills_fullest}, {"shares", shares_of},
        {"locks", shares_of_locks}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
