#include "trace/spans.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>

#include "far/door.h"
#include "lua/calls.h"
#include "tidelock.h"
#include "trace/reads.h"
#include "trace/sites.h"

/*
 * ---- coroutines, which may be gone ----
 *
 * An error leaves the coroutine in which it was raised as the one that calls.
 * So this is the main one of its state, the one that the registry keeps for
 * it, or none.
 */
static char kept_key;                 /* registry: the one that is kept */
static _Thread_local lua_State *home; /* the state's main thread */
static _Thread_local lua_State *kept; /* which, or NULL */

static void find_home(lua_State *L)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    home = lua_tothread(L, -1);
    lua_pop(L, 1);
}

static void keep(lua_State *L)
{
    if (!home)
        find_home(L);
    if (L == home || L == kept)
        return;
    lua_pushthread(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &kept_key);
    kept = L;
}

void spans_enter(void)
{
    tl_recording_find = sites_find;
    home = kept = NULL;
}

/* Outcomes that are none are nil and a reason. */
static enum tl_trace_result result_of(lua_State *L, int results)
{
    return results == 2 && lua_isnil(L, -2) && lua_type(L, -1) == LUA_TSTRING
               ? TL_TRACE_REFUSED
               : TL_TRACE_DONE;
}

static void wrap(lua_State *L, const char *name, enum calls_form form);

/* `function` has been found in an upvalue behind its own. */
static inline int call(lua_State *L, lua_CFunction function)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    struct tl_recording_call before;
    keep(L);
    tl_recording_call(frame, L, sites_glance(L), &before);
    int results = function(L);
    if (before.caller != L && before.caller != home && before.caller != kept)
        before.caller = NULL;
    bool ended = tl_recording_return(frame, &before, result_of(L, results));
    if (!ended && results == 1 && lua_iscfunction(L, -1))
        wrap(L, "", CALLS_RESULT); /* the iterator of q:items(), f:lines() */
    return results;
}

/* One for each number of upvalues, which need not be found out in each call. */
#define WITH(own)                                                              \
    static int with_##own(lua_State *L)                                        \
    {                                                                          \
        return call(L, lua_tocfunction(L, lua_upvalueindex((own) + 1)));       \
    }
WITH(0)
WITH(1)
WITH(2)
WITH(3)
WITH(4)

static const lua_CFunction by_count[] = {with_0, with_1, with_2, with_3,
                                         with_4};
#define COUNTS (int)(sizeof by_count / sizeof *by_count)

static bool is_ours(lua_CFunction function)
{
    for (int n = 0; n < COUNTS; n++)
        if (by_count[n] == function)
            return true;
    return false;
}

static void wrap(lua_State *L, const char *name, enum calls_form form)
{
    int found = lua_gettop(L);
    lua_CFunction function = lua_tocfunction(L, found);
    (void)name;
    (void)form;
    if (!function || is_ours(function))
        return;
    int count = calls_push_upvalues(L, 1);
    if (count >= COUNTS) {
        lua_settop(L, found);
        return;
    }
    lua_pushcfunction(L, function);
    lua_pushcclosure(L, by_count[count], count + 1);
    lua_replace(L, found);
}

/* What waits, and is none of the module's. */
static void wrap_execute(lua_State *L)
{
    if (lua_getglobal(L, "os") == LUA_TTABLE)
        calls_wrap_field(L, "execute", "execute", CALLS_FUNCTION);
    lua_pop(L, 1);
}

void spans_open(lua_State *L)
{
    atomic_store_explicit(&door_call_recorded, call, memory_order_relaxed);
    sites_open(L);
    calls_wrap(L, lua_gettop(L), wrap);
    calls_wrap_registered(L);
    wrap_execute(L);
    reads_tell(L);
}
