/*
 * Outcome: what came of a task's function, for whoever joins the task: the
 * values that it returned, or the one that it raised.
 *
 * An error arrives as the value it was; text with its traceback.  One that is
 * nil, or that cannot travel, is turned into text with its traceback.  What
 * finds no room in shared memory is replaced by a text that says so, an error's
 * text by its beginning; and where there is no room for that either, by the
 * bare reason, which needs none.
 */
#ifndef TL_OUTCOME_H
#define TL_OUTCOME_H

#include <stdbool.h>

#include <lua.h>

/* Pushes the message handler under which the function is to be called.  What it
 * leaves of an error is for outcome_fail alone. */
void outcome_push_handler(lua_State *L);

/* The values from index `first` to the top are what the function returned. */
void outcome_return(lua_State *L, int first);

/* An error is at the top: what the handler left of it, or where it was not
 * `handled`, itself.  Delivers it, and tells it on stderr where asked to. Never
 * raises. */
void outcome_fail(lua_State *L, bool handled, bool tells);

/* Whether what a thread's function raised, at the top, is the `cancelled` of
 * t:cancel().  Then that is no failure to tell of, and the one word takes its
 * place. */
bool outcome_is_cancelled(lua_State *L);

/* The text at the top found no room, as `status` says: replaces it by its
 * beginning and its end.  False: it is not long. */
bool outcome_cut(lua_State *L, int status);

#endif
