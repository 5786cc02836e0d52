/*
 * Pool: the owner's side of the runtime's pool (its tl_board), private to its
 * process.
 *
 * Above it, each below what it serves:
 *   code        numbers for the functions that workers have
 *   workers     starts workers, replaces the dead, settles their jobs
 *   jobs        submits, waits, cancels
 *   callbacks   what the owner does while it waits in any call
 *   arguments   checks what scripts give
 *   future      what submit returns
 *   run         many jobs in flight, for map and imap
 *   tasks       submit, apply and their kin
 *   worker      the loop of a worker
 *   methods     ipc.pool, and all that scripts call
 *
 * A submitted job has a ticket, which says who wants the job:
 *   HELD     its owner will read the result and release the job
 *   DROPPED  nobody wants it: it is released when it has ended
 *   CALLED   a callback gets it, when all of its future has ended
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
    bool dead; /* pool_tend has found it dead, and settles its jobs */
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
    int last_function; /* registry: a table that keeps codes.last alive */

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
    uint64_t tidied;           /* `finishes` at the last sweep */
    uint64_t swept;            /* and at the last with callbacks */
    struct pool *next;         /* of this thread's */
};

/* The pool of the userdata at index; raises where that is no pool, or another
 * process's. */
struct pool *pool_check(lua_State *L, int index, const char *call);
/* Raises where the pool takes no more tasks. */
void pool_check_open(lua_State *L, struct pool *pool, const char *call);
/* The pool of the board; NULL: it is none of this process. */
struct pool *pool_find(const struct tl_handle *handle);
/* The first of this thread's pools; `next` leads on. */
struct pool *pool_first(void);
void pool_enlist(struct pool *pool);
/* Twice is harmless. */
void pool_unlist(struct pool *pool);
/* In a worker: forgets the parent's pools. */
void pool_forget(void);

/* Sets what this thread does for its pools while it waits, and what asks
 * whether that is due. */
void pool_care_by(bool (*is_due)(void), void (*care)(void));

#endif
