/*
 * Workers of a pool: their start, their death, and who takes their place.
 */
#ifndef TL_POOL_WORKERS_H
#define TL_POOL_WORKERS_H

#include <lua.h>

#include "pool/pool.h"

/* A status of tl_process_start. */
int pool_start(lua_State *L, struct pool *pool, struct worker *worker);
/* Settles what dead workers left, and replaces them. */
void pool_tend(lua_State *L, struct pool *pool);
/* Ends the worker that is this task, and waits for that. */
void pool_kill(struct pool *pool, uint32_t task);
/* Ends all workers, and fails all jobs that have not ended. */
void pool_end(lua_State *L, struct pool *pool, const char *why);
bool pool_has_workers(const struct pool *pool);

#endif
