/*
 * Pool: the owner's side of a board, private to its process.
 *
 *   pool.c          ipc.pool and the methods
 *   pool_workers.c  starts workers and replaces them, and settles the jobs of
 *                   those that died: pool_tend
 *   pool_jobs.c     submits, waits, cancels
 *   pool_callbacks.c  runs while the owner waits in whatever call (tl_idle_run)
 *   pool_code.c     which functions the workers have
 *   pool_tasks.c    submit, apply and their kin
 *   pool_run.[ch]   many jobs in flight, for pool_map.c and pool_imap.c
 *   future.c        what submit returns
 *   worker.c        the loop of a worker
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

#include "codec.h"
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

/* ---- pool.c ---- */

/* The pool of the userdata at index.  Raises where it is not one, or not of
 * this process. */
struct pool *check_pool(lua_State *L, int index, const char *call);
/* The same; raises too where no task can be given to it. */
struct pool *check_open(lua_State *L, int index, const char *call);
/* NULL: not one of this process. */
struct pool *pool_find(const struct tl_handle *handle);
/* Raises where no task can be given to it. */
void pool_check_open(lua_State *L, struct pool *pool, const char *call);
/* The function at index. */
void check_task(lua_State *L, int index, struct pool *pool, const char *call);
/* The first of this thread's, by `next`. */
struct pool *pool_first(void);
/* In a worker: no pool is this process's. */
void pool_forget(void);
void pool_raise_broken(lua_State *L, struct pool *pool, const char *call);

/* ---- pool_workers.c ---- */

/* A status of tl_process_start. */
int pool_start(lua_State *L, struct pool *pool, struct worker *worker);
/* Settles what dead workers left, and replaces them. */
void pool_tend(lua_State *L, struct pool *pool);
/* Ends the worker that is this task, and waits for that. */
void pool_kill(struct pool *pool, uint32_t task);
/* Ends all workers, and fails all jobs that have not ended. */
void pool_end(lua_State *L, struct pool *pool, const char *why);
bool pool_has_workers(const struct pool *pool);

/* ---- pool_jobs.c ---- */

/* Waits until fewer tasks wait than `queue` says; false: not by the deadline.
 * Before each pool_submit, and not in it: callbacks run meanwhile.  Raises
 * where no task can be given to the pool any more. */
bool pool_await_room(lua_State *L, struct pool *pool, const char *call,
                     tl_deadline deadline);
/* Submits what the call says, as HELD; raises.  after: as tl_board_submit. */
uint32_t pool_submit(lua_State *L, struct pool *pool, const char *call,
                     struct codec_call *what, int64_t after);
bool pool_job_ended(const struct pool *pool, uint32_t job);
/* One wait; raises but for TL_OK and TL_TIMEOUT.  `seen` as it was before the
 * caller looked, `more` as in tl_board_await. */
int pool_wait(lua_State *L, struct pool *pool, const char *call, uint64_t seen,
              uint64_t more, tl_deadline deadline);
uint64_t pool_seen(const struct pool *pool);
void pool_release(struct pool *pool, uint32_t job);
/* Nobody wants the result any more.  `withdraw`: it need not be run either. */
void pool_drop(struct pool *pool, uint32_t job, bool withdraw);
/* The same for all jobs of a future. */
void pool_drop_all(struct pool *pool, uint32_t first, bool withdraw);
void pool_attend(struct pool *pool, uint32_t job, enum pool_use use);
void pool_unattend(struct pool *pool, uint32_t job);
/* One that is attended has ended before its turn: it becomes the first. */
void pool_hasten(struct pool *pool, uint32_t job);
/* Cancels, and ends the worker that has it; false: it has ended. */
bool pool_cancel(lua_State *L, struct pool *pool, uint32_t job);
/* Pushes the results of a job DONE; how many. */
int pool_push_results(lua_State *L, struct pool *pool, uint32_t job);
/* Pushes the error of one FAILED or CANCELLED: what the task raised, or text
 * with `pool#1: call: ` before it. */
void pool_push_error(lua_State *L, struct pool *pool, uint32_t job,
                     const char *call);
/* The list of a future whose jobs are all DONE: into the table at list. */
void pool_fill_list(lua_State *L, struct pool *pool, uint32_t first, int list);
/* Releases what has ended of the dropped, runs the callbacks that are due. */
void pool_sweep(lua_State *L, struct pool *pool, bool callbacks);
/* Of a ticket that is CALLED: it keeps them no longer. */
void pool_forget_callbacks(lua_State *L, struct ticket *ticket);
/* Where callbacks run. */
extern _Thread_local lua_State *pool_stage;
/* From now on they run while this thread waits; not, while paused. */
void pool_hooks(bool on);
void pool_hooks_pause(bool on);
/* In a child: what this thread did while it waited is the parent's. */
void pool_forget_parent(lua_State *L);

/* ---- pool_map.c, pool_imap.c, pool_run.c ---- */

/* The items per job for `length` items. */
lua_Integer pool_chunk(const struct pool *pool, lua_Integer length);
lua_Integer check_chunk(lua_State *L, int index, struct pool *pool,
                        const char *call);
int pool_map(lua_State *L);
int pool_starmap(lua_State *L);
int pool_imap(lua_State *L);
int pool_imap_unordered(lua_State *L);
void open_pool_run(lua_State *L);

/* ---- pool_tasks.c, pool_code.c ---- */

int pool_submit_task(lua_State *L);
int pool_try_submit(lua_State *L);
int pool_apply(lua_State *L);
int pool_apply_async(lua_State *L);
int pool_map_async(lua_State *L);
/* As codec_codes.enter. */
int64_t pool_enter_code(struct codec_codes *codes, const void *code,
                        size_t size);

/* ---- future.c ---- */

/* Pushes a future of the job at which it begins. */
void future_push(lua_State *L, int pool_index, struct pool *pool,
                 uint32_t first, bool list);
/* The future at 1 is waited for: its results, raised or returned, or nil and
 * "timeout". */
int future_outcome(lua_State *L, const char *call, tl_deadline deadline);
void open_future(lua_State *L);

/* ---- worker.c ---- */

/* What a worker runs: the pool, how many tasks at most or 0, initializer or
 * nil, its arguments. */
int worker_main(lua_State *L);

#endif
