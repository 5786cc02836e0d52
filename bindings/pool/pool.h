/*
 * Pool: the owner's side of a board, private to its process.
 *
 * Above it, each below what it serves:
 *   pool_code       which functions the workers have
 *   pool_workers    starts workers and replaces them, and settles the jobs of
 *                   those that died: pool_tend
 *   pool_jobs       submits, waits, cancels
 *   pool_callbacks  runs while the owner waits in whatever call (tl_idle_run)
 *   future          what submit returns
 *   pool_run        many jobs in flight, for pool_map and pool_imap
 *   pool_tasks      submit, apply and their kin
 *   worker          the loop of a worker
 *   pool_methods    ipc.pool and all that scripts call
 *
 * A job that was submitted has a ticket, which says whose it is:
 *   HELD     somebody will read its result and release it
 *   DROPPED  nobody will: it is released when it has ended
 *   CALLED   it, and the rest of its future, go to callbacks when all ended
 * The last two are in the pool's list of `attended` jobs, in order of arrival.
 */
#ifndef TL_POOL_H
#define TL_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

#include "codec/codec.h"
#include "tidelock.h"

enum pool_use { POOL_FREE, POOL_HELD, POOL_DROPPED, POOL_CALLED };

/* What a job does with its arguments. */
enum pool_call { POOL_CALL, POOL_MAP, POOL_STARMAP };

struct ticket {
    unsigned char use;
    bool list;    /* of CALLED: callbacks get one list */
    bool orphan;  /* of CALLED: no future will release it */
    int retries;  /* how often it may be run again */
    int callback; /* of CALLED: registry reference, or LUA_NOREF */
    int on_error;
    uint32_t next, previous; /* attended: job's number plus 1, or 0 */
};

struct worker {
    struct tl_handle process; /* object NULL: none */
    uint32_t task;
    char name[TL_NAME_SIZE];
    pid_t pid;
    bool dead; /* found so by pool_tend, and its jobs settled */
};

/* Code that was entered: a hash table of open addressing. */
struct code_entry {
    uint64_t hash;
    int64_t number;
};

struct pool {
    struct codec_codes codes;   /* must be first */
    struct code_entry *entries; /* a power of two */
    size_t entry_room, entry_count;
    int last_function; /* registry: keeps codes.last alive */

    struct tl_handle *board; /* in the userdata */
    struct worker *workers;
    int count;
    int max_tasks, retry;
    uint32_t queue;              /* tasks that may wait; 0: any number */
    uint32_t started;            /* workers, ever */
    uint32_t readies, stillborn; /* see is_hopeless */
    uint32_t missing;            /* workers that are to be started */
    bool closed, terminated;
    bool doomed;  /* the collector has its userdata, and calls pool_gc soon */
    char *broken; /* why no worker can work any more; or NULL */

    struct ticket *tickets;
    uint32_t ticket_room;
    uint32_t attended_first, attended_last;
    uint32_t attended, called; /* how many; how many of them CALLED */
    uint32_t deaths;           /* seen by pool_tend */
    uint64_t tidied;           /* finishes seen by pool_sweep */
    uint64_t swept;            /* and by one that ran callbacks */
    struct pool *next;         /* of this thread's */
};

/* The pool of the userdata at index.  Raises where it is not one, or not of
 * this process. */
struct pool *pool_check(lua_State *L, int index, const char *call);
/* Raises where no task can be given to it. */
void pool_check_open(lua_State *L, struct pool *pool, const char *call);
/* NULL: not one of this process. */
struct pool *pool_find(const struct tl_handle *handle);
/* The first of this thread's, by `next`. */
struct pool *pool_first(void);
void pool_enlist(struct pool *pool);
/* Twice is harmless. */
void pool_unlist(struct pool *pool);
/* In a worker: no pool is this process's. */
void pool_forget(void);

/* What is done for them while their thread waits, and when. */
void pool_care_by(bool (*is_due)(void), void (*care)(void));
/* Nothing is, while paused. */
void pool_pause(bool on);

#endif
