/*
 * Space: what ipc.open returns, as an argument of other calls.
 */
#ifndef TL_BINDINGS_SPACE_H
#define TL_BINDINGS_SPACE_H

#include <stdbool.h>

#include <lua.h>

/* The number of the space at index; raises where there is none. */
unsigned space_check(lua_State *L, int index, const char *call);

/* Whether it is one on a server. */
bool space_is_far(lua_State *L, int index);

#endif
