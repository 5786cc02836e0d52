#include "process/job.h"

#include <lauxlib.h>

#include "lua/context.h"
#include "lua/hook.h"
#include "lua/random.h"
#include "process/outcome.h"

/* A Lua thread with the message handler at 1, and above it the function and its
 * arguments, from the job at 1.  On a thread of its own the function has the
 * whole depth of C calls, and tracebacks end at it. */
static lua_State *new_stage(lua_State *L, int count)
{
    lua_State *stage = lua_newthread(L);
    hook_copy(L, stage);
    if (!lua_checkstack(stage, count + 2))
        luaL_error(L, "too many arguments");
    outcome_push_handler(stage);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        lua_xmove(L, stage, 1);
    }
    return stage;
}

/* Argument: the job.  Returns the exit code. */
static int run(lua_State *L)
{
    lua_getfield(L, 1, "n");
    int count = (int)lua_tointeger(L, -1);
    lua_State *stage = new_stage(L, count);
    context_state = stage; /* its line, not that of the start, is told */
    bool ok = lua_pcall(stage, count - 1, LUA_MULTRET, 1) == LUA_OK;
    int results = lua_gettop(stage) - 1;
    luaL_checkstack(L, results, "too many results");
    int first = lua_gettop(L) + 1;
    lua_xmove(stage, L, results);
    if (ok)
        outcome_return(L, first);
    else
        outcome_fail_handled(L);
    lua_pushinteger(L, ok ? 0 : 1);
    return 1;
}

int job_fail(lua_State *L)
{
    outcome_fail_raised(L);
    return 1;
}

/* Argument: the job.  Returns the exit code. */
static int run_fresh(lua_State *L)
{
    lua_State *fresh = lua_newthread(L);
    hook_copy(L, fresh);
    random_reseed(fresh);
    lua_pushcfunction(fresh, run);
    lua_pushvalue(L, 1);
    lua_xmove(L, fresh, 1);
    bool well = lua_pcall(fresh, 1, 1, 0) == LUA_OK;
    lua_pushinteger(L, well ? lua_tointeger(fresh, -1) : job_fail(fresh));
    return 1;
}

int job_call(lua_State *L, int job)
{
    lua_pushvalue(L, job);
    lua_pushcfunction(L, run_fresh);
    lua_insert(L, -2);
    /* an error, of memory say, must not reach the parent's script */
    return lua_pcall(L, 1, 1, 0) == LUA_OK ? (int)lua_tointeger(L, -1)
                                           : job_fail(L);
}
