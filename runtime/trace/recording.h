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
#include "trace/lane.h"
#include "trace/ticks.h"

/* What only the rooms above know; set first thing. */
struct tl_recording_words {
    const char *(*operation)(uint32_t operation);
    const char *(*space)(unsigned arena);
};
extern struct tl_recording_words tl_recording_words;

/* A recording begins; see tl_recording_begin, which enters this task, too. */
void tl_recording_open(int bell, bool simulated);

/* This thread is a task, of a name, from now on: it is recorded where that was
 * prepared.  `thread`: it is one of its process. */
void tl_recording_start(bool thread);

/* This thread is no task, by a fork that the runtime does not know of. */
void tl_recording_forget(void);

/* This task has ended, or the one of that id was found dead; signal: 0 where it
 * is not known. */
void tl_recording_ended(int exitcode);
void tl_recording_dead(const struct tl_task *task, int signal);

/* The task's function has raised. */
static inline void tl_recording_failed(void)
{
    if (tl_lane)
        tl_lane->failed = true;
}

/* This task begins the operation; `object`: NULL: none; `idle`: within a wait.
 */
void tl_recording_operation(uint32_t operation, const struct tl_object *object,
                            bool idle);

/* Around a sleep. */
void tl_recording_sleeps(void);
void tl_recording_awake(void);

/* This task is about to call that one.  Async-signal-safe. */
void tl_recording_calls(const struct tl_task *task);

/* The parts of trace/recording: whether the lane's task is in a recording that
 * goes on, and known there; the time; and the end of all that is open. */
bool tl_recording_is_enrolled(struct tl_lane *lane);
void tl_recording_end_all(struct tl_lane *lane);
static inline int64_t tl_recording_ticks(void)
{
    return tl_ticks_now(tl_lanes->counter);
}

static inline bool tl_recording_is_here(void)
{
    return __builtin_expect(tl_lane != NULL, 0);
}

/* The message of this number is what the open operation puts or gets. */
static inline void tl_recording_message(uint64_t number)
{
    if (tl_recording_is_here())
        tl_lane->message = number;
}

/* The same for a pipe's direction, once the operation is done: tells it apart
 * by the lowest bit. */
static inline void tl_recording_direction(int side)
{
    if (tl_recording_is_here() && tl_lane->message)
        tl_lane->message = 2 * tl_lane->message + (side != 0);
}

#endif
