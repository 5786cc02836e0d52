/*
 * Idle: what a task does while it waits: callbacks, and whatever else the hooks
 * of tidelock.h have to do.
 *
 * tl_wait calls tl_idle before it lists the task anywhere, with no guard held,
 * and after it lets its caller look again.  The hook may run whole operations,
 * waits among them: so what the interrupted one carries is put into other hands
 * meanwhile, and what it wants (`pending`) is not wanted until it waits again.
 *
 * Nothing is missed: a task that has begun to park looks once more whether
 * anything is due, and who makes something due calls it after that.
 */
#ifndef TL_IDLE_H
#define TL_IDLE_H

#include <stdbool.h>

#include "tidelock.h"

/* In a child that was forked meanwhile: the interrupted wait is the parent's.
 */
void tl_idle_forget(void);

/* True: something was done, and what the caller knows may be old. */
bool tl_idle_slow(void);
extern _Thread_local bool tl_idle_runs;

static inline bool tl_idle_is_due(void)
{
    return __builtin_expect(tl_idle_due != NULL, 0) && !tl_idle_runs &&
           tl_idle_due();
}

static inline bool tl_idle(void)
{
    return tl_idle_is_due() && tl_idle_slow();
}

#endif
