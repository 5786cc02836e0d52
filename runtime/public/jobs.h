/*
 * Jobs: the boards on which the jobs of a pool lie.  Part of tidelock.h.
 *
 * The task that made a board owns it: it submits jobs and reads their results.
 * Its children take jobs and finish them.  Where a worker dies, the job that it
 * has taken is TL_JOB_DIED, until the owner has it done again or fails it.  The
 * calls that only the owner may make return TL_NOT_OWNER elsewhere.
 */
#ifndef TIDELOCK_JOBS_H
#define TIDELOCK_JOBS_H

#include "public/core.h"

enum tl_job_state {
    TL_JOB_FREE,
    TL_JOB_WAITING,
    TL_JOB_TAKEN,
    TL_JOB_DONE,
    TL_JOB_FAILED,
    TL_JOB_DIED,
    TL_JOB_CANCELLED
};
#define TL_JOB_SETTLED UINT32_MAX /* `cell` of a handle: always ready */

int tl_board_new(struct tl_handle *out, const char *name);
bool tl_board_is_owner(const struct tl_handle *board);
/* The owner is about to do what the API calls `call` ("get", "map"), by looks
 * and waits of those below. */
int tl_board_begin(const struct tl_handle *board, const char *call);
/* The job's number.  after: the job before it of the same future, or -1.
 * TL_CLOSED, TL_NO_MEMORY, TL_TOO_LARGE. */
int64_t tl_board_submit(const struct tl_handle *board,
                        const struct tl_message *m, int64_t after);
/* *worker, where not NULL: the id of the task that has or had it. */
enum tl_job_state tl_board_state(const struct tl_handle *board, uint32_t job,
                                 uint32_t *worker);
/* The result of a job DONE or FAILED, until it is released. */
void tl_board_result(const struct tl_handle *board, uint32_t job,
                     struct tl_parcel *parcel);
/* The next job of the same future, or -1. */
int64_t tl_board_member(const struct tl_handle *board, uint32_t job);
/* Of the future that begins with this job.  2: all its jobs are done; 1: one
 * has failed or was cancelled, *failed (or NULL); 0: neither. */
int tl_board_look(const struct tl_handle *board, uint32_t first,
                  uint32_t *failed);
/* A job DIED has failed, with this as its error; or waits once more. */
int tl_board_fail(const struct tl_handle *board, uint32_t job,
                  const struct tl_message *m);
int tl_board_retry(const struct tl_handle *board, uint32_t job);
/* TL_ENDED: too late.  *worker: the id of a task that still works on the job,
 * and must be ended before the job is released; or 0.  worker NULL: cancels
 * only a job that waits. */
int tl_board_cancel(const struct tl_handle *board, uint32_t job,
                    uint32_t *worker);
void tl_board_release(const struct tl_handle *board, uint32_t job);
/* No more jobs; workers leave when none waits. */
int tl_board_close(const struct tl_handle *board);

struct tl_board_progress {
    uint64_t finishes; /* grows whenever a job's state may have changed */
    uint32_t deaths;   /* grows whenever a worker may have ended */
    uint32_t readies;  /* calls of tl_board_ready */
    bool waiting;      /* some job waits to be taken */
    uint32_t listed;   /* how many do */
};
void tl_board_progress(const struct tl_handle *board,
                       struct tl_board_progress *progress);
/* Whether the task of this id, which was a worker, is about to end or gone: for
 * use after `deaths` has grown. */
bool tl_board_has_left(const struct tl_handle *board, uint32_t worker);
/* Waits until `finishes` is `seen` no more.  Once the task sleeps, it is woken
 * when `finishes` has grown by `more`, a job has failed, or a worker ended. */
int tl_board_await(const struct tl_handle *board, uint64_t seen, uint64_t more,
                   tl_deadline deadline);
/* The same, until fewer than `most` jobs may wait to be taken, where that is
 * not so already: look again. */
int tl_board_await_room(const struct tl_handle *board, uint32_t most,
                        uint64_t seen, tl_deadline deadline);
/* From now on a finish makes the owner look, in whatever wait it is: see
 * tl_idle_due. */
void tl_board_attend(const struct tl_handle *board, bool on);

/* A worker.  TL_CLOSED: closed, and nothing waits; TL_TIMEOUT.  The parcel is
 * valid until the job is finished, and needs no drop. */
int tl_board_take(const struct tl_handle *board, struct tl_parcel *parcel,
                  uint32_t *job, tl_deadline deadline);
/* TL_ENDED: it was cancelled, and this task must end. */
int tl_board_finish(const struct tl_handle *board, uint32_t job, bool ok,
                    const struct tl_message *m);
void tl_board_ready(const struct tl_handle *board);

/* Bytes that stand for good, by number: the code of functions.  TL_FULL. */
int64_t tl_board_add_code(const struct tl_handle *board,
                          const struct tl_message *m);
bool tl_board_code(const struct tl_handle *board, uint64_t number,
                   struct tl_parcel *parcel);

#endif
