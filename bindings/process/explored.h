/*
 * Explored: the ends of a program that is explored (public/explore), as its
 * scripts bring them about.  Nothing where it is not.
 */
#ifndef TL_EXPLORED_H
#define TL_EXPLORED_H

#include <lua.h>

#include "tidelock.h"

/* An error that nobody has caught, as it would be told on stderr: the schedule
 * ends.  One that says `deadlock` is a deadlock. */
void explored_fail(lua_State *L, const char *text);

/* The same, as an end of that kind. */
void explored_end(lua_State *L, enum tl_ending ending, const char *text);

/* The program ends with this exit status, and all its tasks but this one have
 * ended. */
void explored_leave(int status);

#endif
