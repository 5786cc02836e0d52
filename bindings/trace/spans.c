#include "trace/spans.h"

#include <stdatomic.h>
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

static bool is_kept(const lua_State *L)
{
    return L == home || L == kept;
}

static void keep(lua_State *L)
{
    if (!home)
        find_home(L);
    if (is_kept(L))
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

/* The iterator of q:items(), f:lines(). */
static int wrap_result(lua_State *L, int results)
{
    if (results == 1 && lua_iscfunction(L, -1))
        wrap(L, "", CALLS_RESULT);
    return results;
}

/* Within another one, or by another coroutine than the last one. */
__attribute__((noinline)) static int call_within(lua_State *L,
                                                 lua_CFunction function)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    struct tl_recording_call before;
    keep(L);
    tl_recording_call(frame, L, sites_glance(L), &before);
    int results = function(L);
    bool ended = tl_recording_return(frame, result_of(L, results));
    tl_recording_innermost = before;
    if (!before.frame && is_kept(L))
        tl_recording_innermost.caller = L;
    else if (!is_kept(before.caller))
        tl_recording_innermost.caller = NULL;
    return ended ? results : wrap_result(L, results);
}

/* The caller of a call that is over is one that is kept. */
static int call(lua_State *L, lua_CFunction function)
{
    struct tl_recording_call *here = &tl_recording_innermost;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    if (__builtin_expect(here->frame || here->caller != L, 0))
        return call_within(L, function);
    here->frame = frame;
    here->site = sites_glance(L);
    int results = function(L);
    bool ended = tl_recording_return(frame, result_of(L, results));
    here->frame = 0;
    return __builtin_expect(ended, 1) ? results : wrap_result(L, results);
}

/*
 * ---- a slot for each function of the API ----
 *
 * What replaces a function has that one's upvalues, and no more: which one it
 * is to call it knows by its own slot, and need not look for it in each call.
 * A slot is taken once and for all; relaxed: nothing else goes with it.
 *
 * There are twice as many as functions of the API.  Where there are none left,
 * the function is one more upvalue, behind all others.
 */
#define SLOTS 512
static _Atomic(lua_CFunction) functions[SLOTS];

#define EIGHT(of, n)                                                           \
    of(n##0) of(n##1) of(n##2) of(n##3) of(n##4) of(n##5) of(n##6) of(n##7)
#define SIXTY_FOUR(of, n)                                                      \
    EIGHT(of, n##0)                                                            \
    EIGHT(of, n##1)                                                            \
    EIGHT(of, n##2)                                                            \
    EIGHT(of, n##3)                                                            \
    EIGHT(of, n##4)                                                            \
    EIGHT(of, n##5)                                                            \
    EIGHT(of, n##6)                                                            \
    EIGHT(of, n##7)
#define ALL(of)                                                                \
    SIXTY_FOUR(of, 00)                                                         \
    SIXTY_FOUR(of, 01)                                                         \
    SIXTY_FOUR(of, 02)                                                         \
    SIXTY_FOUR(of, 03)                                                         \
    SIXTY_FOUR(of, 04)                                                         \
    SIXTY_FOUR(of, 05)                                                         \
    SIXTY_FOUR(of, 06)                                                         \
    SIXTY_FOUR(of, 07)

#define SLOT(n)                                                                \
    static int slot_##n(lua_State *L)                                          \
    {                                                                          \
        return call(                                                           \
            L, atomic_load_explicit(&functions[n], memory_order_relaxed));     \
    }
#define NAME(n) slot_##n,
ALL(SLOT)
static const lua_CFunction slots[] = {ALL(NAME)};
_Static_assert(sizeof slots / sizeof *slots == SLOTS, "octal numbers");

static int call_last(lua_State *L)
{
    int last = 1;
    while (!lua_isnone(L, lua_upvalueindex(last + 1)))
        last++;
    return call(L, lua_tocfunction(L, lua_upvalueindex(last)));
}

static bool is_slot(lua_CFunction function)
{
    if (function == call_last)
        return true;
    for (int n = 0; n < SLOTS; n++)
        if (slots[n] == function)
            return true;
    return false;
}

/* NULL: none is left. */
static lua_CFunction slot_of(lua_CFunction function)
{
    size_t first = (uintptr_t)function / 32;
    for (size_t n = 0; n < SLOTS; n++) {
        size_t at = (first + n) % SLOTS;
        lua_CFunction there = NULL;
        if (atomic_compare_exchange_strong_explicit(
                &functions[at], &there, function, memory_order_relaxed,
                memory_order_relaxed) ||
            there == function)
            return slots[at];
    }
    return NULL;
}

static void wrap(lua_State *L, const char *name, enum calls_form form)
{
    int found = lua_gettop(L);
    lua_CFunction function = lua_tocfunction(L, found);
    (void)name;
    (void)form;
    if (!function || is_slot(function))
        return;
    lua_CFunction slot = slot_of(function);
    int upvalues = calls_push_upvalues(L, 1);
    if (slot) {
        lua_pushcclosure(L, slot, upvalues);
    } else {
        lua_pushcfunction(L, function);
        lua_pushcclosure(L, call_last, upvalues + 1);
    }
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
