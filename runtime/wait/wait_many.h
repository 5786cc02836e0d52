/*
 * Wait many: a task waits until any one of many predicates may hold.
 *
 * The task lists itself in every wait queue, by a node each, and sleeps once.
 * The queues may lie in different arenas: then the task sleeps as a task of
 * each of them, and a call in any of them wakes it.
 *
 * A waker that wakes one may choose this task, which then uses something else.
 * So the task passes every wake that reached it on to the next waiter of that
 * queue.  Wakes are hints; one too many costs a look.
 */
#ifndef TL_WAIT_MANY_H
#define TL_WAIT_MANY_H

#include <stddef.h>
#include <stdint.h>

#include "wait/wait.h"

struct tl_watch {
    unsigned arena;
    struct tl_wait_queue *condition;
    const _Atomic uint64_t *word;
    uint64_t seen;
};

/* TL_OK: look again.  TL_TIMEOUT, TL_INTERRUPTED, TL_STUCK.  This task has a
 * node for each watch, in the watch's arena.  What `polled` is ready for is in
 * revents only where it ended the sleep. */
struct pollfd;
int tl_wait_many(const struct tl_watch *watches, uint32_t count,
                 struct pollfd *polled, unsigned polled_count,
                 tl_deadline deadline);

#endif
