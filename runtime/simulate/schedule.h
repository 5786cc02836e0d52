/*
 * Schedule: who runs next, and what time it is then.
 *
 * Who can run: a task at a point, or that was called, or has a signal to
 * handle, or whose deadline is over.  One of them is drawn by the seed.  A task
 * that is to be killed is drawn like any other, and its death is a step.
 *
 * When none can run, the clock jumps to the nearest deadline.  Where there is
 * no deadline either, nobody can run at any time: the main task gets the turn,
 * to look whether all are stuck (wait/deadlock_check).
 *
 * What is outside (descriptors, another program in a space) comes in real time
 * and takes none here: a task that waits for it gets the turn to look, when no
 * other can run.  Only where it takes as long in real time as the nearest
 * deadline is away does the clock jump there.
 */
#ifndef TL_SCHEDULE_H
#define TL_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tidelock.h"

struct pollfd;

/* The number of the player that is to have the turn; 0: none is left.  By a
 * task that has the turn.  TL_SCHEDULE_SELF_DIES: a signal is to end this
 * process first, and that another one has to do. */
#define TL_SCHEDULE_SELF_DIES UINT32_MAX
uint32_t tl_schedule_choose(void);

/* One that can be given the turn to choose, and that the end of the process
 * `without` (0: of none) does not reach; 0: there is none. */
uint32_t tl_schedule_deputy(uint32_t besides, pid_t without);

/* The clock moves to the next deadline though tasks can run, or where there is
 * none, on (simulate/patience). */
void tl_schedule_pass_time(void);

/* Something ends at that moment by itself, as a key with a time to live: the
 * clock of an exploration may pass it.  Of the latest 32. */
void tl_schedule_expires(int64_t moment);

/* This task, which has the turn, looks at what is outside, in real time; true:
 * a descriptor is ready, or a signal has come. */
bool tl_schedule_look(struct pollfd *polled, unsigned count);

#endif
