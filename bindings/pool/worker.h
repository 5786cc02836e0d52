/*
 * Worker: the loop that runs in each process of a pool: it takes a job, runs
 * it, and delivers the outcome.
 */
#ifndef TL_WORKER_H
#define TL_WORKER_H

#include <lua.h>

/* The function of a worker's process.  Arguments: the pool, the most tasks it
 * runs or 0, the initializer or nil, and that one's arguments. */
int worker_main(lua_State *L);

#endif
