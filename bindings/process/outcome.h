/*
 * Outcome: what a task's function returned or raised, on its way to whoever
 * joins the task.
 *
 * An error that is text gets its traceback; any other value arrives as it is.
 * One that is nil, or that cannot travel, is replaced by a text with its
 * traceback.
 *
 * What does not fit into shared memory is replaced by a text that says so, and
 * a long text of an error by its beginning and end.  Where even that does not
 * fit, a bare reason remains, which needs no memory.
 */
#ifndef TL_OUTCOME_H
#define TL_OUTCOME_H

#include <stdbool.h>

#include <lua.h>

/* Pushes the message handler with which to call the function.  Only
 * outcome_fail_handled understands what it makes of an error. */
void outcome_push_handler(lua_State *L);

/* Delivers what the function returned: the values from index `first` to the
 * top. */
void outcome_return(lua_State *L, int first);

/* Deliver the error at the top, and never raise.
 *
 * handled: what the handler has made of it, which is written to stderr; but not
 *          the `cancelled` of t:cancel(): that one word is delivered
 * raised:  as it was raised, and written to stderr
 * quietly: the same for one that others tell */
void outcome_fail_handled(lua_State *L);
void outcome_fail_raised(lua_State *L);
void outcome_fail_quietly(lua_State *L);

/* Replaces the text at the top, which found no room as `status` says, by its
 * beginning and its end.  False: it is not long enough for that. */
bool outcome_cut(lua_State *L, int status);

#endif
