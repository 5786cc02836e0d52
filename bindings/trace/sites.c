#include "trace/sites.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>

#define OURS "@bindings/" /* the sources of what comes with the module */

static char watch_key; /* registry: the object that counts collections */

_Thread_local uint64_t sites_age;

/* ---- collections ---- */

static void watch(lua_State *L);

static int collected(lua_State *L)
{
    sites_age += UINT64_C(1) << TL_RECORDING_AGE_SHIFT;
    watch(L);
    return 0;
}

/* An object that nobody holds, which the next collection finds. */
static void watch(lua_State *L)
{
    lua_newuserdata(L, 1);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, collected);
        lua_setfield(L, -2, "__gc");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &watch_key);
    }
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void sites_open(lua_State *L)
{
    bool watched = lua_rawgetp(L, LUA_REGISTRYINDEX, &watch_key) == LUA_TTABLE;
    lua_pop(L, 1);
    if (watched)
        return;
    luaL_checkstack(L, 8, NULL);
    watch(L);
    callers_look(L);
}

/* ---- the site ---- */

/* Lua keeps the source's name while it has a function of it. */
void sites_find(struct tl_recording_line *line, void *caller)
{
    static _Thread_local lua_Debug frame;
    for (int level = 1; lua_getstack(caller, level, &frame); level++) {
        lua_getinfo(caller, "Sl", &frame);
        if (frame.currentline <= 0 ||
            strncmp(frame.source, OURS, sizeof OURS - 1) == 0)
            continue;
        line->line = (uint32_t)frame.currentline;
        line->file = (uintptr_t)frame.source;
        line->name = frame.short_src;
        line->direct = level == 1 && callers_known();
        return;
    }
}
