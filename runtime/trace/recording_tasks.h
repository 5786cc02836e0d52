/*
 * Recording tasks: which tasks are recorded, and what is told of them as a
 * whole.
 */
#ifndef TL_RECORDING_TASKS_H
#define TL_RECORDING_TASKS_H

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
    /* the lock of a condition; NULL: it is none */
    const struct tl_object *(*part)(const struct tl_object *object);
    /* the space of an object on a server; NULL: it is in an arena */
    const char *(*far)(const struct tl_object *object);
};
extern struct tl_recording_words tl_recording_words;

/* A recording begins; see tl_recording_begin, which enters this task, too. */
void tl_recording_open(int bell, bool simulated);

/* This thread is a task, of a name, from now on: it is recorded where that was
 * prepared.  `thread`: it is one of its process. */
void tl_recording_start(bool thread);

/* This thread is no task, by a fork that the runtime does not know of. */
void tl_recording_forget(void);

/* That one was found dead; signal: 0 where it is not known. */
void tl_recording_dead(const struct tl_task *task, int signal);

/* For trace/recording: whether the lane's task is in a recording that
 * goes on, and known there; the end of a task, in the lane; and the time. */
bool tl_recording_is_enrolled(struct tl_lane *lane);
void tl_recording_write_end(struct tl_lane *lane, uint32_t task,
                            enum tl_trace_how how, int signal);
int64_t tl_recording_clock(void); /* where it is no counter */
static inline int64_t tl_recording_ticks(void)
{
    return __builtin_expect(tl_lanes->counter, 1) ? tl_ticks_counter()
                                                  : tl_recording_clock();
}

static inline bool tl_recording_is_here(void)
{
    return __builtin_expect(tl_lane != NULL, 0);
}

#endif
