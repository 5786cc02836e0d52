/*
 * Workers: starts the workers of a pool, notices the dead, settles their jobs,
 * and starts others in their place.
 */
#ifndef TL_POOL_WORKERS_H
#define TL_POOL_WORKERS_H

#include <lua.h>

#include "pool/pool.h"

/* Starts a worker in this slot; a status. */
int pool_start(lua_State *L, struct pool *pool, struct worker *worker);
/* Settles the jobs of dead workers, and replaces those. */
void pool_tend(lua_State *L, struct pool *pool);
/* Kills the worker that is this task, and waits for its end. */
void pool_kill(struct pool *pool, uint32_t task);
/* Kills all workers, and fails all jobs that have not ended. */
void pool_end(lua_State *L, struct pool *pool, const char *why);
bool pool_has_workers(const struct pool *pool);

#endif
