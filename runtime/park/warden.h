/*
 * Warden: what a task watches while it sleeps, so that the tasks hear of a
 * death at once however many they are, and a sleeper costs nothing.
 *
 * The kernel wakes one of the sleepers on a dead task's life (tasks/life); that
 * one settles the death and calls the others.  So each life needs a sleeper or
 * two on it, not all of them: park/post says which.  A task whose wait one task
 * alone can end (tl_wait_queue_ender) watches that one besides.
 *
 * Limits: a task that sleeps in so many arenas that their lives do not fit
 * looks at the tables now and then.
 */
#ifndef TL_WARDEN_H
#define TL_WARDEN_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/arena.h"
#include "tasks/task.h"
#include "tidelock.h"

#define TL_VIGIL_LIVES                                                         \
    96 /* with the others 128: the most that the kernel takes */

/* What a sleep is on: for each arena the task's own word and one more, then
 * lives. */
struct tl_vigil {
    struct futex_waitv words[2 * TL_ARENAS + TL_VIGIL_LIVES];
    unsigned count;
    unsigned lives; /* the index of the first */
    bool beat;      /* the last sleep ended since its limit was over */
    bool death;     /* a task is dead already */
    int64_t limit;  /* not to sleep longer, since some task is not watched */
};

/* In the present arena, where the task has said that it is asleep: its own
 * word and one more; after that has been done for all arenas, the lives. */
void tl_warden_listen(struct tl_vigil *vigil);
void tl_warden_watch(struct tl_vigil *vigil);

#endif
