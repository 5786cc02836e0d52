/*
 * Recover: what happens after the death of a task.
 *
 * Whoever notices that a task is dead (tasks/life) calls tl_recover, by
 * tl_upcalls, since a low room notices a death and this one settles it.  It
 * settles what the dead task's slot says, in this order:
 *
 *   1. `inside`: that guard is taken, which repairs what was half-done (and
 *      of a child that was being prepared, the guard of its creator)
 *   2. children that it had not yet forked are given up
 *   3. its nodes: it leaves the wait queues
 *   4. cells: what it held is passed on (tl_kind.task_died)
 *   5. `owned_blocks`: the blocks that it owns are freed
 *   6. cells: its references are dropped
 *   7. its process has ended; joiners are woken
 *   8. every task is called, since a waker of it may be the dead one (not at
 *      an orderly end)
 *   9. the slot is free
 *
 * Every step is idempotent, since the task that recovers may die too: `cleaner`
 * in the slot names it, and the next takes over from a dead one and begins
 * again.
 *
 * A task that ends in order runs the same steps on itself, but calls nobody: it
 * has given all its wakes, and the steps above give those for what it still
 * held.  Where all others sleep then, it calls one of them to look whether they
 * are stuck (tl_deadlock_check_left).
 */
#ifndef TL_RECOVER_H
#define TL_RECOVER_H

#include "tasks/life.h"

struct tl_guard;

/* As tl_upcalls.settle and .repair. */
bool tl_recover(struct tl_task *dead);
void tl_recover_guard(struct tl_guard *guard, struct tl_task *dead);

/* This task will use nothing any more, but cannot end yet: passes on the locks
 * and seats that it holds, as its end would. */
void tl_recover_held(void);

#endif
