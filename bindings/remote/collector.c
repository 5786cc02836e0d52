/*
 * Collector: no finalizer runs amid the Lua of far objects where it might raise
 * there.
 *
 * In Lua 5.3 what a finalizer raises comes out wherever something is allocated:
 * between a lock's grant and its release, or the taking of a message and its
 * decoding.  So the collector rests while a method runs, but for the functions
 * of the script that the method calls; later versions only warn.  It makes up
 * for that before each request, and what is raised then is nobody's: a method
 * may make many, and much garbage.
 *
 * What a script does to the collector in such a function stays: if it stops it,
 * nobody here lets it go on.
 */
#include <lauxlib.h>

#include "lua/compat.h"
#include "remote/remote.h"

/* It rests because of this file; a state is its thread's. */
static _Thread_local bool rests;
static _Thread_local int kilobytes; /* when it worked last */

static void rest(lua_State *L)
{
    rests = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    if (!rests)
        return;
    lua_gc(L, LUA_GCSTOP, 0);
    kilobytes = lua_gc(L, LUA_GCCOUNT, 0);
}

static void go_on(lua_State *L)
{
    if (rests)
        lua_gc(L, LUA_GCRESTART, 0);
    rests = false;
}

/* Argument: kilobytes. */
static int collect(lua_State *L)
{
    lua_gc(L, LUA_GCSTEP, (int)lua_tointeger(L, 1));
    return 0;
}

void remote_collector_work(lua_State *L)
{
    if (!COMPAT_FINALIZERS_RAISE || !rests)
        return;
    int more = lua_gc(L, LUA_GCCOUNT, 0) - kilobytes;
    if (more <= 0 || !lua_checkstack(L, 3))
        return;
    lua_pushcfunction(L, collect);
    lua_pushinteger(L, more);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        lua_pop(L, 1);
    lua_gc(L, LUA_GCSTOP, 0); /* what is raised leaves it running */
    kilobytes = lua_gc(L, LUA_GCCOUNT, 0);
}

static int finish_plain(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/* `outer`: whether it rested before. */
static int finish_call(lua_State *L, int status, lua_KContext outer)
{
    go_on(L);
    rests = outer != 0;
    return status == LUA_OK || status == LUA_YIELD ? lua_gettop(L)
                                                   : lua_error(L);
}

int remote_collector_call(lua_State *L)
{
    int count = lua_gettop(L) - 1;
    if (!COMPAT_FINALIZERS_RAISE) {
        lua_callk(L, count, LUA_MULTRET, 0, finish_plain);
        return lua_gettop(L);
    }
    bool outer = rests;
    rest(L);
    int status = lua_pcallk(L, count, LUA_MULTRET, 0, outer, finish_call);
    return finish_call(L, status, outer);
}

static int finish_script(lua_State *L, int status, lua_KContext rested)
{
    if (rested)
        rest(L);
    lua_pushboolean(L, status == LUA_OK || status == LUA_YIELD);
    lua_replace(L, 1);
    return lua_gettop(L);
}

int remote_collector_script(lua_State *L)
{
    bool rested = rests;
    luaL_checkany(L, 2);
    go_on(L);
    int status =
        lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, rested, finish_script);
    return finish_script(L, status, rested);
}
