/*
 * Idle: what a task does while it waits: callbacks, and whatever else the hooks
 * of tidelock.h have to do.
 *
 * tl_wait calls tl_idle before it lists the task in a wait queue, with no guard
 * held.  If anything was done, tl_wait returns, so that its caller looks again.
 *
 * The hook may run whole operations, waits among them.  So the blocks that the
 * interrupted wait owns move to the TL_OWNED_KEPT words of the slot meanwhile,
 * and `pending` is cleared until the task waits again.  What the task is about
 * is the wait's operation again afterwards, and it waits since it began to.
 *
 * Nothing is missed.  A task that has begun to park looks once more whether
 * anything is due; and whoever makes something due calls the task after that.
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
