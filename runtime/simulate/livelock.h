/*
 * Livelock: a program that is explored, and whose tasks get nowhere
 * (explore/progress), ends.
 */
#ifndef TL_LIVELOCK_H
#define TL_LIVELOCK_H

#include "public/event.h"

/* The step has been recorded, of the task that has the turn. */
void tl_livelock_step(const struct tl_event *event);

/* What this task has begun last was in vain. */
void tl_livelock_in_vain(void);

#endif
