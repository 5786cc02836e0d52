/*
 * Recording: what the rooms above tell of a task's operations, where they are
 * recorded (public/recording).  Where they are not, each of these is a branch
 * on a word of the thread.
 *
 * An operation is open from its beginning to its end.  Which one ends, and
 * when:
 *
 *   - by the call of the API that it is part of, as that returns, or raises;
 *   - as that call begins another one (put_many), then;
 *   - where no call tells (the runtime's own, or an error from elsewhere), as
 *     the task begins the next: it is taken to have ended with its last sleep,
 *     or as it began.
 *
 * One that begins within a call that has begun another, by a function which
 * that call runs, lies within it; so does what a wait lets run (park/idle).
 * Calls are told apart by their frames on the C stack, since an error leaves a
 * call without a word: a frame below that of the next call is gone.
 */
#ifndef TL_RECORDING_H
#define TL_RECORDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "public/recording.h"
#include "tasks/task.h"
#include "trace/brief.h"
#include "trace/recording_tasks.h"

/* This task has ended. */
void tl_recording_ended(int exitcode);

/* The task's function has raised. */
static inline void tl_recording_failed(void)
{
    if (tl_lane)
        tl_lane->failed = true;
}

/* This task begins the operation; `object`: NULL: none; `idle`: within a wait.
 * Most of them are brief: tl_brief_begin is tried before. */
void tl_recording_operation(uint32_t operation, const struct tl_object *object,
                            enum tl_recording_moments moments, bool idle);

/* The open operation takes its time, though it does not sleep: both of its
 * moments are told, from here on. */
void tl_recording_lasts(void);

/* Around a sleep. */
void tl_recording_sleeps(void);
void tl_recording_awake(void);

/* This task is about to call that one.  Async-signal-safe. */
void tl_recording_calls(const struct tl_task *task);

/* The message of this number is what the operation that goes on puts or gets.
 */
static inline void tl_recording_message(uint64_t number)
{
    if (tl_recording_is_here())
        tl_lane->message = number;
}

/* The same for a pipe's direction, once the operation is done: tells it apart
 * by the lowest bit. */
static inline void tl_recording_direction(int side)
{
    uint64_t number = tl_recording_is_here() ? tl_lane->message : 0;
    if (number)
        tl_recording_message(2 * number + (side != 0));
}

#endif
