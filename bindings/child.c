#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "files.h"
#include "hook.h"
#include "outcome.h"
#include "pool.h"
#include "support.h"
#include "thread.h"

static bool is_child;

bool child_is(void)
{
    return is_child;
}

void child_exit(int code)
{
    support_state = NULL; /* no script waits for what comes now */
    code = files_end(code);
    /* its own children first, as for the main script; whatever comes of it,
     * this process ends */
    tl_main_end();
    tl_process_finish(code);
    _exit(code);
}

/* Gives math.random a seed of its own. */
static void seed_random(lua_State *L)
{
    uint64_t seed = tl_task_seed();
    lua_getglobal(L, "math");
    if (lua_istable(L, -1) &&
        lua_getfield(L, -1, "randomseed") == LUA_TFUNCTION) {
#if LUA_VERSION_NUM >= 504
        lua_pushinteger(L, (lua_Integer)seed);
        lua_pushinteger(L, (lua_Integer)~seed);
        lua_pcall(L, 2, 0, 0);
#else
        /* 5.3 hands it to srandom, which takes 32 bits */
        lua_pushinteger(L, (lua_Integer)(seed >> 33));
        lua_pcall(L, 1, 0, 0);
#endif
    }
    lua_settop(L, 0); /* the thread is fresh */
}

/* A thread with the message handler at 1, the function and its arguments
 * behind: of its own, so that tracebacks end at the function, and with the
 * whole depth of C calls.  The job is at 1. */
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
    bool ok = lua_pcall(stage, count - 1, LUA_MULTRET, 1) == LUA_OK;
    int results = lua_gettop(stage) - 1;
    luaL_checkstack(L, results, "too many results");
    int first = lua_gettop(L) + 1;
    lua_xmove(stage, L, results);
    if (ok)
        outcome_return(L, first);
    else
        outcome_fail(L, true, !thread_cancelled(L));
    lua_pushinteger(L, ok ? 0 : 1);
    return 1;
}

/* What handlers the parent has are not this process's; what it ignores stays
 * ignored, but SIGTERM, by which p:terminate() and the program's end work, is
 * heard whoever started the program without it. */
static void reset_signals(void)
{
    struct sigaction given;
    sigset_t heard;
    if (sigaction(SIGINT, NULL, &given) != 0 || given.sa_handler != SIG_IGN)
        signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&heard);
    sigaddset(&heard, SIGTERM);
    sigaddset(&heard, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &heard, NULL);
    tl_interrupt_clear();
}

int child_fail(lua_State *L)
{
    outcome_fail(L, false, true);
    return 1;
}

/* Argument: the job.  Returns the exit code. */
static int run_fresh(lua_State *L)
{
    lua_State *fresh = lua_newthread(L);
    hook_copy(L, fresh);
    seed_random(fresh);
    lua_pushcfunction(fresh, run);
    lua_pushvalue(L, 1);
    lua_xmove(L, fresh, 1);
    bool well = lua_pcall(fresh, 1, 1, 0) == LUA_OK;
    lua_pushinteger(L, well ? lua_tointeger(fresh, -1) : child_fail(fresh));
    return 1;
}

int child_call(lua_State *L, int job)
{
    lua_pushvalue(L, job);
    lua_pushcfunction(L, run_fresh);
    lua_insert(L, -2);
    /* out of memory, say: an error must not land in the parent's script */
    return lua_pcall(L, 1, 1, 0) == LUA_OK ? (int)lua_tointeger(L, -1)
                                           : child_fail(L);
}

void child_run(lua_State *L, int job)
{
    is_child = true;
    files_forget();
    thread_forget();
    reset_signals();
    support_interactive(false);
    hook_child(L);
    pool_child(L);
    child_exit(child_call(L, job));
}
