/*
 * Worker: the loop of a pool's worker: takes a job, runs it, tells how it
 * ended.
 */
#ifndef TL_WORKER_H
#define TL_WORKER_H

#include <lua.h>

/* What a worker runs: the pool, how many tasks at most or 0, initializer or
 * nil, its arguments. */
int worker_main(lua_State *L);

#endif
