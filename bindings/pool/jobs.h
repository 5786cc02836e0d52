/*
 * Jobs: how a pool's owner submits jobs, waits for them, reads their results
 * and drops them; and the ticket of each (pool.h).
 */
#ifndef TL_POOL_JOBS_H
#define TL_POOL_JOBS_H

#include <lua.h>

#include "pool/pool.h"

/* Waits until fewer tasks wait than the pool's `queue` allows; false: the
 * deadline came first.  Callbacks run meanwhile, so call it before pool_submit,
 * which may run none.  Raises where the pool takes no more tasks. */
bool pool_await_room(lua_State *L, struct pool *pool, const char *call,
                     tl_deadline deadline);
/* Submits the call as a job that is HELD; raises where that fails. after: as
 * for tl_board_submit. */
uint32_t pool_submit(lua_State *L, struct pool *pool, const char *call,
                     struct codec_call *what, int64_t after);
bool pool_job_ended(const struct pool *pool, uint32_t job);
/* First of each of the API's calls that looks for what workers have done, or
 * waits for it. */
void pool_begin(lua_State *L, struct pool *pool, const char *call);
/* Waits once; returns TL_OK or TL_TIMEOUT, and raises anything else.  `seen`:
 * what pool_seen said before the caller looked; `more`: as for tl_board_await.
 */
int pool_wait(lua_State *L, struct pool *pool, const char *call, uint64_t seen,
              uint64_t more, tl_deadline deadline);
uint64_t pool_seen(const struct pool *pool);
void pool_release(struct pool *pool, uint32_t job);
/* Drops a job whose result nobody wants any more.  `withdraw`: it need not be
 * run either. */
void pool_drop(struct pool *pool, uint32_t job, bool withdraw);
/* The same for all jobs of a future. */
void pool_drop_all(struct pool *pool, uint32_t first, bool withdraw);
void pool_attend(struct pool *pool, uint32_t job, enum pool_use use);
void pool_unattend(struct pool *pool, uint32_t job);
/* An attended job has ended before its turn: makes it the first. */
void pool_hasten(struct pool *pool, uint32_t job);
/* Cancels the job, and kills the worker that runs it; false: the job has ended.
 */
bool pool_cancel(lua_State *L, struct pool *pool, uint32_t job);
/* Pushes the results of a job that is DONE; how many. */
int pool_push_results(lua_State *L, struct pool *pool, uint32_t job);
/* Pushes the error of a job that is FAILED or CANCELLED: what the task raised,
 * where that is text with `pool#1: call: ` before it. */
void pool_push_error(lua_State *L, struct pool *pool, uint32_t job,
                     const char *call);
/* Puts the results of a future, whose jobs are all DONE, into the table at
 * `list`.  Ends where *first, its first job, has become TL_JOB_SETTLED. */
void pool_fill_list(lua_State *L, struct pool *pool, const uint32_t *first,
                    int list);

#endif
