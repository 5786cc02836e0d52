/*
 * Callbacks: what a pool's owner does while it waits in any call (tl_idle_run),
 * and before a future says that it is ready.
 * It replaces dead workers, and runs the callbacks of tasks that have ended,
 * one after the other, on a Lua thread of their own.
 */
#ifndef TL_POOL_CALLBACKS_H
#define TL_POOL_CALLBACKS_H

#include <lua.h>

#include "pool/pool.h"

/* Releases the dropped jobs that have ended. */
void pool_tidy(struct pool *pool);
/* Runs the callback of the future, which has ended, if it has not run; nothing
 * inside another callback. */
void pool_call_back_now(struct pool *pool, uint32_t first);
/* Makes a ticket that is CALLED let go of its callbacks. */
void pool_forget_callbacks(lua_State *L, struct ticket *ticket);
/* In a child that a callback has forked: starts the collector again, which was
 * stopped for the callback. */
void pool_forget_parent(lua_State *L);
/* Makes the Lua thread for callbacks, once in a Lua state. */
void pool_callbacks_open(lua_State *L);

#endif
