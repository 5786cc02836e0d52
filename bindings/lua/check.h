/*
 * Check: the arguments of a call; one that does not fit raises at the caller's
 * line.  Durations are seconds; nil waits for ever.
 */
#ifndef TL_CHECK_H
#define TL_CHECK_H

#include <stdbool.h>

#include <lua.h>

#include "lua/context.h"
#include "tidelock.h"

/* The timeout at index, as a deadline; also tells the runtime which Lua state
 * is about to wait, for the line in reports. */
tl_deadline check_deadline_slow(lua_State *L, int index,
                                const struct tl_handle *handle,
                                const char *call);

static inline tl_deadline check_deadline(lua_State *L, int index,
                                         const struct tl_handle *handle,
                                         const char *call)
{
    context_set(L);
    /* most calls give none; the number of arguments is told faster than a type
     */
    if (lua_gettop(L) < index || lua_type(L, index) <= LUA_TNIL)
        return TL_FOREVER;
    return check_deadline_slow(L, index, handle, call);
}

/* An integer from least to most. */
lua_Integer check_integer(lua_State *L, int index,
                          const struct tl_handle *handle, const char *call,
                          const char *what, lua_Integer least,
                          lua_Integer most);

/* The length of the table at index, which a metatable may give. */
lua_Integer check_length(lua_State *L, int index,
                         const struct tl_handle *handle, const char *call);

/* How many arguments the table at index holds: its field n, which table.pack
 * gives for nils at the end, or its length. */
lua_Integer check_arguments(lua_State *L, int index, const char *call,
                            const char *what);

/* Makes the list at index a plain one: where it has a metatable with an
 * __index, a copy takes its place.  Returns its length. */
lua_Integer check_list(lua_State *L, int index, const struct tl_handle *handle,
                       const char *call);

/* Tells the runtime which Lua state calls, for the line in reports and records.
 * A call takes at most `most` arguments: a function of the module, or a method,
 * where the object in front does not count.  Raises, so that nothing given is
 * dropped in silence. */
int check_too_many(lua_State *L, int most, bool method, const char *call);

static inline void check_function(lua_State *L, int most, const char *call)
{
    context_set(L);
    if (__builtin_expect(lua_gettop(L) > most, 0))
        check_too_many(L, most, false, call);
}

static inline void check_method(lua_State *L, int most, const char *call)
{
    context_set(L);
    if (__builtin_expect(lua_gettop(L) > most + 1, 0))
        check_too_many(L, most, true, call);
}

/* A constructor takes either positional arguments or ONE table: afterwards
 * the stack holds just the values of the options, in the order of `names`
 * (ended by NULL).  Unknown options raise. */
void check_options(lua_State *L, const char *call, const char *const *names);

/* Pushes "maxsize, order, name". */
const char *check_names(lua_State *L, const char *const *names);

/* Before it: from f(value, { options }) to f{ subject = value, options }.  The
 * table, or nil, is the script's and stays as it is. */
void check_gather_options(lua_State *L, const char *subject);

/* The `n` of the list at index, as of table.pack: how many values it has, for
 * nils at the end.  -1: it has none.  `what`: as "args.n". */
lua_Integer check_n(lua_State *L, int index, const struct tl_handle *handle,
                    const char *call, const char *what);

#define CHECK_N_MOST 200000 /* what a Lua stack holds, and some room */

/* The name at index: NULL for nil.  Raises where it is too long. */
const char *check_name(lua_State *L, int index, const char *call);

#endif
