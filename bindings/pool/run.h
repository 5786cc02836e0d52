/*
 * Run: one function for many items, some of its jobs in flight at a time: what
 * map and imap are made of.
 *
 * A run keeps the jobs in flight in a ring, in the order of their items.  It
 * encodes the function once, with its variables as they are then; the message
 * of each job begins with that.  Whatever raises, the run's finalizer drops the
 * jobs still in flight.
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
    const void *board; /* to see whether the pool is there */
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

/* Pushes a run of the function.  The plan says call, what, chunk, length and
 * room. */
struct run *run_new(lua_State *L, struct pool *pool, int function,
                    const struct run *plan);
/* The i-th of those in flight. */
struct entry *run_entry(const struct run *run, uint32_t i);
/* Submits items from the list or iterator at `source` while there is room. */
void run_feed(lua_State *L, struct run *run, int source);
/* Which job in flight a call waits for: the first, whose items come first; the
 * first, but the error of any that has failed meanwhile is raised; or any. */
enum run_wish { RUN_FIRST, RUN_FIRST_OR_FAILURE, RUN_ANY };
/* Waits until it has ended: its place in the ring. */
uint32_t run_await(lua_State *L, struct run *run, enum run_wish wish);
/* Puts the results of the i-th job in flight into the table at `results`, from
 * the entry's `from` on, and takes the job out of the ring. */
void run_collect(lua_State *L, struct run *run, uint32_t i, int results);
/* Stops the run, and raises what the job's task raised. */
void run_fail(lua_State *L, struct run *run, uint32_t job);
/* Makes the metatable of runs, once in a Lua state. */
void run_open(lua_State *L);
/* Drops what is in flight.  Twice is harmless. */
void run_stop(struct run *run);

#endif
