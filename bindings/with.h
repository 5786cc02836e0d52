/*
 * With: runs a function while something is held, and gives it back whatever
 * happens.
 */
#ifndef TL_WITH_H
#define TL_WITH_H

#include <lua.h>

#include "tidelock.h"

/* Stack: the object at 1, the function at 2, its arguments behind; the object
 * is held.  Calls the function, gives back by `release`, and returns what the
 * function returns or raises its error.  The function may yield. */
int with_held(lua_State *L, int (*release)(const struct tl_handle *handle));

/* Raises unless there is a function at 2: before anything is acquired. */
void with_check(lua_State *L, const struct tl_handle *handle, const char *call);

/* Pushes a thing whose close (`local h <close> = l:hold()`) or h:release()
 * gives back the object at 1, once. */
int with_hold(lua_State *L);

/* Makes what with_hold needs. */
void open_with(lua_State *L);

#endif
