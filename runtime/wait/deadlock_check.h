/*
 * Deadlock check: finds out that no task can ever go on.
 *
 * A task that has slept for a while without a deadline looks at all slots.  If
 * every live task sleeps without a deadline, base/deadlock decides from a
 * snapshot whether any of them can go on.  The snapshot is taken twice, and a
 * counter in each slot grows with every sleep: a task that slept at both reads
 * with the same counter slept all the time between, so there was a moment when
 * all slept.
 *
 * The verdict goes to the main task, or if that is gone to the finder: its wait
 * returns TL_STUCK, and the others sleep on.  By the time that the task takes
 * the verdict, an interrupt may have come, and the task may wait for something
 * else: so it looks once more, and takes only what is still true.
 */
#ifndef TL_DEADLOCK_CHECK_H
#define TL_DEADLOCK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "wait/wait.h"

/* Looks; true: the verdict is for this task, or something has moved: look
 * again. */
bool tl_deadlock_check_all(void);

/* The calling task is no more in its slot.  If all others sleep without a
 * deadline, one of them is called: it will look, when it has slept again.  Of
 * tasks that leave at the same time the last finds the others gone. */
void tl_deadlock_check_left(void);

/* Takes the verdict, if it is for this task, which is about to wait at the
 * queue (NULL: at more than one).  True: it can never go on. */
bool tl_deadlock_check_is_me(const struct tl_wait_queue *condition,
                             tl_deadline deadline);

/* TL_OK or TL_NO_MEMORY. */
int tl_deadlock_check_make(void);

#endif
