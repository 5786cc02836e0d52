/*
 * Progress: whether the tasks of a schedule get anywhere, or only go round
 * without end (a livelock).
 *
 * A task gets on by
 *   - a write to what holds something: a value, a queue, a file, a task, ... It
 *     counts once the task takes its next step, unless it was in vain;
 *   - reading, unless it goes in circles: unless the same part of the same
 *     object has been read at the same line among the last 16 reads of that
 *     task, or those of somebody else's write.
 *
 * In vain are a yield, a try that fails or ends with its timeout, a comparison
 * that does not hold, and a read that goes in circles.  TL_LIVELOCK steps in
 * which nobody gets on are a livelock, where at least one of 16 was in vain
 * (others between do not count).  That time passes does not make it less of
 * one.
 *
 * To take and give back a lock, a semaphore or a condition is neither: who
 * polls with a lock in hand, or puts the first fork back each time, gets
 * nowhere; but who does nothing but that for long does no harm.
 *
 * Limits: a loop that reads the same few things 10,000 times, while nobody
 * writes anything, is taken for a livelock, though it may count to an end.  One
 * that polls more than 16 things in turn is not.
 */
#ifndef TL_PROGRESS_H
#define TL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "public/event.h"

struct tl_progress {
    uint32_t in_vain; /* steps since somebody got on */
    uint32_t since;   /* steps since the last that was in vain */
    uint32_t writes;
};

struct tl_progress_task {
    uint64_t mark; /* what it has read, `reads` reads ago */
    uint32_t reads;
    uint32_t writes; /* of all, when it read the mark */
    bool writing;    /* its last operation is a write */
};

/* A step of the task. */
void tl_progress_step(struct tl_progress *all, struct tl_progress_task *it,
                      const struct tl_event *event);

/* The operation that the task has begun last was in vain. */
void tl_progress_in_vain(struct tl_progress *all, struct tl_progress_task *it);

#endif
