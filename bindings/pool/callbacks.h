/*
 * Callbacks: what a pool's owner does while it waits in any call (tl_idle_run):
 * replaces workers and runs callbacks, on a stage of their own, one after the
 * other.
 */
#ifndef TL_POOL_CALLBACKS_H
#define TL_POOL_CALLBACKS_H

#include <lua.h>

#include "pool/pool.h"

/* Releases what has ended of the dropped, runs the callbacks that are due. */
void pool_sweep(lua_State *L, struct pool *pool, bool callbacks);
/* Of a ticket that is CALLED: it keeps them no longer. */
void pool_forget_callbacks(lua_State *L, struct ticket *ticket);
/* In a child: what this thread did while it waited is the parent's. */
void pool_forget_parent(lua_State *L);
/* Once in a state. */
void pool_callbacks_open(lua_State *L);

#endif
