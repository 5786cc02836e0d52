#include "lua/traceback.h"

#include <stdbool.h>

#include <lauxlib.h>

/* In the registry: { the error, its traceback }.  A handler takes the traceback
 * if the next error that it sees is the same: then that error was raised again.
 */
static char noted_key;
static _Thread_local bool noted; /* something is noted */

static void forget(lua_State *L)
{
    noted = false;
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
}

/* Pushes the traceback that was noted for the error at 1, and forgets it; or
 * nothing. */
static bool take_noted(lua_State *L)
{
    bool same = false;
    if (!noted)
        return false;
    /* another state of this thread may have noted it */
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &noted_key) == LUA_TTABLE) {
        lua_rawgeti(L, -1, 1);
        same = lua_rawequal(L, -1, 1);
        lua_pop(L, 1);
        lua_rawgeti(L, -1, 2);
        lua_replace(L, -2);
    }
    if (!same)
        lua_pop(L, 1);
    forget(L);
    return same;
}

static void push_trace(lua_State *L)
{
    if (!take_noted(L))
        luaL_traceback(L, L, NULL, 1);
}

/* Message handler: the error stays as it is. */
static int note(lua_State *L)
{
    lua_createtable(L, 2, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    push_trace(L);
    lua_rawseti(L, -2, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
    noted = true;
    return 1;
}

void traceback_push_note(lua_State *L)
{
    if (noted)
        forget(L);
    lua_pushcfunction(L, note);
}

static int to_text(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

void traceback_push_text(lua_State *L)
{
    lua_pushcfunction(L, to_text);
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK)
        return;
    lua_pop(L, 1);
    lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
}

void traceback_push(lua_State *L)
{
    lua_pushliteral(L, "\n");
    push_trace(L);
    lua_concat(L, 3);
}
