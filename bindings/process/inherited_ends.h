/*
 * Inherited ends: which ends of pipes a new process is going to use.
 *
 * A fork copies every handle; a handle that is merely inherited does not count.
 * But those that the process's function can reach (by its upvalues and
 * arguments, and what they contain) count as the child's from the start, so
 * that a pipe is not closed before the child has touched it.
 */
#ifndef TL_INHERITED_ENDS_H
#define TL_INHERITED_ENDS_H

#include <lua.h>

#include "tidelock.h"

/* Walks from the value at `index`; pushes a userdata that holds the list and
 * keeps it alive.  Globals and loaded modules are not walked. */
const struct tl_handle *const *inherited_ends_find(lua_State *L, int index,
                                                   size_t *count);

#endif
