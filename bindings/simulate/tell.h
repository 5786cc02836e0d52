/*
 * Tell: has each call of the API say what it was asked and what it returned, in
 * an exploration whose plan wants that (tl_plan.tells).
 *
 * A function or method F is replaced by a closure that begins with F's upvalues
 * and calls F in the same frame: so F finds what it had, and names and lines in
 * its errors are what they were.  Where the plan wants nothing, nothing is
 * replaced.
 *
 * The text of a call is its name and its arguments, `put 3`, with strings cut,
 * and for fields `get .soup` and `set [3] = 1`.  That of a result is what was
 * returned, then a tab and the object's state, as by tostring, without its
 * title.
 *
 * Limits: not told is what `with` and its kin run, nor what raises.
 */
#ifndef TL_TELL_H
#define TL_TELL_H

#include <lua.h>

/* For a state in which the libraries and the module are open. */
void tell_open(lua_State *L);

#endif
