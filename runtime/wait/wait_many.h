/*
 * Several: a task that waits until any of several conditions may hold.
 *
 * It is listed at all of them, by a node each, and sleeps once.  The
 * conditions may be of several arenas: then it sleeps as a task of each, and a
 * call to any of these wakes it.
 *
 * It may have been chosen by a waker that wakes one, and then not use what it
 * was woken for: so every wake that reached it is passed on to the next in that
 * list.  Wakes are hints; one too many costs a look.
 */
#ifndef TL_SEVERAL_H
#define TL_SEVERAL_H

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
