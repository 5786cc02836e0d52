/*
 * Result: what scripts get for the status of a call: true, or nil and a reason;
 * what is no outcome raises.
 */
#ifndef TL_RESULT_H
#define TL_RESULT_H

#include <stdbool.h>

#include <lua.h>

#include "tidelock.h"

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

/* What to do, after errno's text: where no descriptor is left.  Or "". */
const char *result_way_out(void);

/* Raises what `status` means for this call. */
int result_failure(lua_State *L, const struct tl_handle *handle,
                   const char *call, int status);

/* Shared memory is used up: perhaps by objects that are dead here and not yet
 * collected.  Collects, unless the collector is stopped, and says whether to
 * try again, once.  For loops: do status = ...; while (result_try_again(...));
 */
bool result_try_again(lua_State *L, int status, bool *tried);

/* Called where no task can ever go on, with the report of that.  Whoever ends
 * the program sets it. */
extern int (*result_stuck)(lua_State *L, const char *report);

#endif
