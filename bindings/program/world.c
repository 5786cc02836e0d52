#include "program/world.h"

#include <string.h>

#include <lauxlib.h>

#include "embedded/embedded.h"
#include "explore/host/zygote.h"
#include "judge/board.h"
#include "program/schedule.h"
#include "repl/chunk.h"

#define WORLD "=judge.world"

bool world_is(const char *name)
{
    return zygote_is() && strcmp(name, WORLD) == 0;
}

bool world_run(lua_State *L, int count, char **arguments)
{
    embedded_open(L);
    luaL_requiref(L, "judge.board", board_open_library, 0);
    lua_pop(L, 1);
    embedded_load(L, &WORLD[1]);
    luaL_checkstack(L, count + 4, "too many arguments");
    for (int i = 0; i < count; i++)
        lua_pushstring(L, arguments[i]);
    int status = chunk_call(L, count, 1);
    if (status == LUA_OK) {
        schedule_begin(L);
        status = chunk_call(L, 0, 0);
    }
    return chunk_report(L, status) == LUA_OK;
}
