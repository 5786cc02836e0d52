/*
 * Future: what submit, apply_async and map_async return.
 *
 * A future belongs to the process that made it.  Its handle is of TL_KIND_JOB:
 * it borrows the board of its pool, which the future keeps alive, and names the
 * future's first job; `side` says whether the results are one list.  Once a
 * script has asked for the outcome, the future keeps that as a table and needs
 * the pool no more: the handle is TL_JOB_SETTLED, and the jobs are released.
 */
#ifndef TL_FUTURE_H
#define TL_FUTURE_H

#include <lua.h>

#include "pool/pool.h"

/* Pushes a future of the job at which it begins. */
void future_push(lua_State *L, int pool_index, struct pool *pool,
                 uint32_t first, bool list);
/* Waits for the future at 1, and returns its results, or nil and "timeout";
 * raises what a task raised. */
int future_outcome(lua_State *L, const char *call, tl_deadline deadline);
/* Makes the class, once in a Lua state. */
void future_open(lua_State *L);

#endif
