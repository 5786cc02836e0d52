/*
 * Jobs of a pool: tickets, waits, results.
 */
#ifndef TL_POOL_JOBS_H
#define TL_POOL_JOBS_H

#include <lua.h>

#include "pool/pool.h"

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

#endif
