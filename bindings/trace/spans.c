#include "trace/spans.h"

#include <stdint.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/calls.h"
#include "tidelock.h"

/* The call in progress, the innermost, of this thread. */
static _Thread_local lua_State *calling;
static _Thread_local uintptr_t calling_frame;

/* What an error has left behind lies deeper on the stack than who comes now, or
 * is of a state that may be gone: no line is better. */
static uint32_t where(struct tl_recording_file *file)
{
    static _Thread_local lua_Debug frame;
    lua_State *L = calling;
    if (!L || (uintptr_t)__builtin_frame_address(0) > calling_frame)
        return 0;
    for (int level = 1; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0) {
            /* Lua keeps the source's name while it has a function of it */
            file->name = frame.short_src;
            file->key[0] = (uintptr_t)frame.source;
            memcpy(&file->key[1], frame.short_src, sizeof file->key[1]);
            return (uint32_t)frame.currentline;
        }
    }
    return 0;
}

void spans_enter(void)
{
    tl_recording_where = where;
    calling = NULL;
}

void spans_forget(void)
{
    calling = NULL; /* the parent's call, which has forked */
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
    const void *frame = __builtin_frame_address(0);
    uintptr_t before = tl_recording_call(frame), frame_before = calling_frame;
    lua_State *calling_before = calling;
    calling = L;
    calling_frame = (uintptr_t)frame;
    int results = function(L);
    calling = calling_before;
    calling_frame = frame_before;
    tl_recording_return(frame, before, result_of(L, results));
    if (results == 1 && lua_iscfunction(L, -1))
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

void spans_open(lua_State *L)
{
    calls_wrap(L, lua_gettop(L), wrap);
    calls_wrap_registered(L);
}
