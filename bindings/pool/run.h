/*
 * Run: many jobs of one function, some of them in flight: what map and imap are
 * made of.
 *
 * A run keeps the jobs in flight in a ring, in the order of their items.  It
 * encodes the function once, with its variables as they are then, and each
 * job's message begins with that.  Whatever is raised, its finalizer drops the
 * jobs that are still in flight.
 */
#ifndef TL_POOL_RUN_H
#define TL_POOL_RUN_H

#include "pool/pool.h"

struct entry {
    uint32_t job;
    lua_Integer from, count;
};

struct run {
    struct pool *pool;
    const void *board; /* the pool's, to know whether it is still there */
    const char *call;
    enum pool_call what;
    lua_Integer chunk;
    lua_Integer next;   /* item */
    lua_Integer length; /* of the list; -1: an iterator that goes on */
    struct codec_part part;
    struct entry *ring;
    uint32_t room; /* most jobs in flight */
    uint32_t first, count;
};

/* Pushes a run of the function.  Of the plan: call, what, chunk, length and
 * room. */
struct run *run_new(lua_State *L, struct pool *pool, int function,
                    const struct run *plan);
/* The i-th of those in flight. */
struct entry *run_entry(const struct run *run, uint32_t i);
/* Submits items from the list or iterator at `source` while there is room. */
void run_feed(lua_State *L, struct run *run, int source);
/* Waits until the first job has ended, or any: its place in the ring.  Raises,
 * where asked to, the error of any that has failed. */
uint32_t run_await(lua_State *L, struct run *run, bool any, bool raises);
/* The results of the i-th go into the table at `results`, from the entry's
 * `from` on; it is in flight no more. */
void run_collect(lua_State *L, struct run *run, uint32_t i, int results);
/* Raises what the job's task raised, and stops. */
void run_fail(lua_State *L, struct run *run, uint32_t job);
/* Once in a state. */
void run_open(lua_State *L);
/* Drops what is in flight.  Twice is harmless. */
void run_stop(struct run *run);

#endif
