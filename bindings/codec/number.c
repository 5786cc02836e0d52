#include "codec/number.h"

#include "lua/support.h"

struct tl_number number_check(lua_State *L, int index,
                              const struct tl_handle *handle, const char *call)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        misuse(L, handle, call, "a number is expected, not %s",
               shown_a_type(L, index));
    if (lua_isinteger(L, index))
        return (struct tl_number){.i = lua_tointeger(L, index)};
    return (struct tl_number){.is_float = true, .f = lua_tonumber(L, index)};
}

int number_push(lua_State *L, struct tl_number n)
{
    if (n.is_float)
        lua_pushnumber(L, n.f);
    else
        lua_pushinteger(L, n.i);
    return 1;
}
