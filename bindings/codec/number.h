/*
 * Number: a Lua number, integer or float, on its way into shared memory and
 * out of it.
 */
#ifndef TL_NUMBER_H
#define TL_NUMBER_H

#include <lua.h>

#include "tidelock.h"

/* Raises unless the argument is a number (a string is none). */
struct tl_number number_check(lua_State *L, int index,
                              const struct tl_handle *handle, const char *call);

/* Pushes it; 1, for returning. */
int number_push(lua_State *L, struct tl_number n);

#endif
