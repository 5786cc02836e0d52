#include "process/libc_lock.h"

#include <pthread.h>

#include <lauxlib.h>

#include "lua/misuse.h"

/* Recursive: a finalizer may run while this thread holds it, and take it again,
 * or fork. */
static pthread_mutex_t gate = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

static _Thread_local int taken; /* how often this thread holds it */

void libc_lock_take(void)
{
    pthread_mutex_lock(&gate);
    taken++;
}

void libc_lock_drop(void)
{
    if (taken == 0)
        return; /* a child, forked by a thread that held it: see renew */
    taken--;
    pthread_mutex_unlock(&gate);
}

void libc_lock_abandon(void)
{
    while (taken > 0)
        libc_lock_drop();
}

/* Makes the gate anew in a child.  The thread that forked has taken it, and is
 * the only one here; but it has another id now than the one that the mutex has
 * noted for its owner, so it could not unlock it. */
static void renew(void)
{
    static const pthread_mutex_t fresh = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    gate = fresh;
    taken = 0;
}

/* Upvalues: the stock function and its name. */
static int call_gated(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    libc_lock_take();
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    libc_lock_drop();
    if (status != LUA_OK)
        return misuse_of_stock(L, lua_tostring(L, lua_upvalueindex(2)));
    return lua_gettop(L);
}

static void replace(lua_State *L, const char *name)
{
    lua_getglobal(L, "os");
    if (lua_istable(L, -1)) {
        if (lua_getfield(L, -1, name) == LUA_TFUNCTION) {
            lua_pushstring(L, name);
            lua_pushcclosure(L, call_gated, 2);
            lua_setfield(L, -2, name);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void watch_forks(void)
{
    pthread_atfork(libc_lock_take, libc_lock_drop, renew);
}

void libc_lock_open(lua_State *L)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    replace(L, "date");
    replace(L, "time");
    replace(L, "setlocale");
}
