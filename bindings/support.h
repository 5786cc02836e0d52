/*
 * Support: how all bindings check what they are given and report what came.
 *
 * There is one way to report each thing:
 *   result   outcomes: true, or nil and a reason; what is no outcome raises
 *   misuse   an error at the caller's line that names the object and the call
 *            and says what to do instead
 * Durations are seconds; nil waits for ever.
 */
#ifndef TL_SUPPORT_H
#define TL_SUPPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <lauxlib.h>
#include <lua.h>

#include "tidelock.h"

/* ---- support.c: results ---- */

/* Pushes the outcome: true; true, "abandoned"; nil, reason.  Else raises. */
int result_slow(lua_State *L, const struct tl_handle *handle, const char *call,
                int status);

static inline int result(lua_State *L, const struct tl_handle *handle,
                         const char *call, int status)
{
    if (__builtin_expect(status != TL_OK, 0))
        return result_slow(L, handle, call, status);
    lua_pushboolean(L, 1);
    return 1;
}

/* Raises what `status` means for this call. */
int failure(lua_State *L, const struct tl_handle *handle, const char *call,
            int status);

/* Raises `lock#3 "till": acquire: ...` at the caller's line. */
int misuse(lua_State *L, const struct tl_handle *handle, const char *call,
           const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Raises the message at the top at the script's line. */
int raise_here(lua_State *L);

/* Raises that the argument at index is no such object; for methods. */
int wrong_object(lua_State *L, int index, const char *expected);

/* What the value at index is called: `rlock`, `number`; pushes something. */
const char *type_of(lua_State *L, int index);

/* The same in a sentence: `an rlock`, `a Lua table`, `nil`; pushes something.
 */
const char *a_type(lua_State *L, int index);

/* The value at index, told from others: `2`, `"2"`, `nil`; pushes something. */
const char *shown(lua_State *L, int index);

/* Shared memory is used up: perhaps by objects that are dead here and not yet
 * collected.  Collects, unless the collector is stopped, and says whether to
 * try again, once.  For loops: do status = ...; while (try_again(...)); */
bool try_again(lua_State *L, int status, bool *tried);

/* In a REPL a total deadlock raises instead of ending the program. */
void support_interactive(bool on);

/* ---- arguments.c ---- */

/* The timeout at index, as a deadline; also tells the runtime which Lua state
 * is about to wait, for the line in reports. */
tl_deadline check_deadline_slow(lua_State *L, int index,
                                const struct tl_handle *handle,
                                const char *call);
extern _Thread_local lua_State *support_state;

static inline tl_deadline check_deadline(lua_State *L, int index,
                                         const struct tl_handle *handle,
                                         const char *call)
{
    support_state = L;
    if (lua_type(L, index) <= LUA_TNIL)
        return TL_FOREVER;
    return check_deadline_slow(L, index, handle, call);
}

/* An integer from least to most. */
lua_Integer check_integer(lua_State *L, int index,
                          const struct tl_handle *handle, const char *call,
                          const char *what, lua_Integer least,
                          lua_Integer most);

/* A call takes at most `most` arguments: a function of the module, or a method,
 * where the object in front does not count.  Raises, so that nothing given is
 * dropped in silence. */
int too_many(lua_State *L, int most, bool method, const char *call);

static inline void check_function(lua_State *L, int most, const char *call)
{
    if (__builtin_expect(lua_gettop(L) > most, 0))
        too_many(L, most, false, call);
}

static inline void check_method(lua_State *L, int most, const char *call)
{
    if (__builtin_expect(lua_gettop(L) > most + 1, 0))
        too_many(L, most, true, call);
}

/* A constructor takes either positional arguments or ONE table: afterwards
 * the stack holds just the values of the options, in the order of `names`
 * (ended by NULL).  Unknown options raise. */
void check_options(lua_State *L, const char *call, const char *const *names);

/* Before it: from f(value, { options }) to f{ subject = value, options }.  The
 * table, or nil, is the script's and stays as it is. */
void gather_options(lua_State *L, const char *subject);

/* Where the next constructor makes its object: in this space, under the name
 * at the top of the stack.  Set around a constructor by space.c alone, with the
 * collector stopped, since finalizers make objects too. */
struct making {
    unsigned space; /* 0: in the program */
    bool any;       /* an object of other size or options will do */
    const char *name;
};
extern _Thread_local struct making support_making;

/* The name at index: NULL for nil. */
const char *check_name(lua_State *L, int index, const char *call);

#endif
