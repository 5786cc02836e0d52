/*
 * Board: where the jobs of a pool lie.  One task owns the board, submits jobs
 * and reads their results; any number of workers, its children, take them.
 *
 * A job is a slot with a call and later a result; small messages lie in the
 * slot, larger ones in message blocks that the slot owns.  Slots lie in chunks,
 * each twice as large as the one before, and never move.
 *
 * `state` of a job, with the id of the task that works on it in the upper half:
 *   FREE       nobody's, in the owner's list
 *   WAITING    in the list from `first` to `last`
 *   TAKEN      a worker works on it           -> by the worker, under the guard
 *   DONE       the result is what it returned -> by the worker, from TAKEN
 *   FAILED     the result is its error        -> the same; by the owner
 *   DIED       its worker has died            -> by whoever settles its debts
 *   CANCELLED  nobody will work on it any more; while a worker still does, the
 *              slot must not be freed         -> by the owner
 * A worker is the only writer of call and result of a job that it has taken;
 * else the owner is.
 *
 * Only the owner makes a job wait or free, so a death of a worker leaves
 * little: its cell's `debt` is the number of the job that it works on, plus 1,
 * written before the job is TAKEN; and the first in the list may be a job that
 * was taken.  The death of the owner ends the board, since its workers die with
 * it.
 *
 * `posts` and `finishes` only grow; the workers watch `posts`, the owner
 * watches `finishes`.
 */
#ifndef TL_BOARD_H
#define TL_BOARD_H

#include "memory/object.h"
#include "tidelock.h"
#include "wait/wait_many.h"

#define TL_JOB_SMALL 228
#define TL_JOBS_FIRST 64 /* in the first chunk */
#define TL_JOB_CHUNKS 20
#define TL_CODES_MOST 1024

struct tl_job_message {
    uint64_t block; /* message block, or 0: */
    uint32_t size;  /* of the bytes here */
    unsigned char bytes[TL_JOB_SMALL];
};

struct tl_job {
    _Atomic uint64_t state;
    uint32_t next, previous; /* in the list of those that wait, or free; a
                                job's number plus 1, or 0 */
    uint32_t member;         /* the next job of the same future, likewise */
    uint32_t reached; /* in a future's first job: all before this are DONE */
    struct tl_job_message call;
    struct tl_job_message result;
};

/* The owner's words, those of the waiting jobs and those of the finished ones
 * have cache lines of their own. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct tl_board {
    struct tl_object object;
    uint32_t owner; /* id; constant */
    /* of the owner alone */
    uint32_t free;  /* number plus 1 of a free job, or 0 */
    uint32_t count; /* slots that were ever used */
    uint64_t chunks[TL_JOB_CHUNKS];

    _Alignas(TL_LINE) struct tl_guard guard;
    uint32_t first, last;        /* jobs that wait; under the guard */
    _Atomic uint32_t listed;     /* their number; written under the guard, and
                                    counted again by the repair */
    _Atomic uint64_t posts;      /* bit 63: closed */
    struct tl_wait_queue posted; /* wake one: one job for one worker */

    _Alignas(TL_LINE) _Atomic uint64_t finishes;
    _Atomic uint64_t wanted;       /* `finishes` that wake the owner */
    _Atomic uint32_t seeks_room;   /* 1: the owner waits until a job is taken */
    _Atomic uint32_t attentive;    /* 1: every finish calls the owner */
    _Atomic uint32_t deaths;       /* how many tasks with a handle ended */
    _Atomic uint32_t readies;      /* how often a worker was ready to work */
    struct tl_wait_queue finished; /* wake all */

    _Atomic uint32_t code_count;
    uint64_t codes[TL_CODES_MOST]; /* message blocks; never changed */
};

/* For a handle of TL_KIND_JOB, which borrows the board's reference: its `cell`
 * is the number of the future's first job, or TL_JOB_SETTLED. */
int tl_job_ready(const struct tl_handle *handle, struct tl_watch *watch);

void tl_board_describe(const struct tl_object *object, int side, char *text,
                       size_t size);
bool tl_board_check(const struct tl_object *object);
void tl_board_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead);
void tl_board_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell);
void tl_board_destroy(struct tl_object *object);

#endif
