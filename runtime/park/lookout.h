/*
 * Lookout: how a task that sleeps for descriptors hears of deaths.
 *
 * It cannot sleep on a futex, so it watches no lives.  While the tasks are few
 * it sleeps for the others' pidfds too; a newcomer makes it look again
 * (tl_park_kick).  Among more, the wardens hear and call it (park/post); where
 * these are too few, or the kernel has no pidfd, it looks now and then.
 *
 * Limits: a thread that dies alone, without its process, is found late.
 */
#ifndef TL_LOOKOUT_H
#define TL_LOOKOUT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define TL_LOOKOUT_MOST 48

struct tl_lookout {
    struct pollfd polled[TL_LOOKOUT_MOST]; /* the caller's, then pidfds */
    unsigned count, first;                 /* of the pidfds */
    bool death;                            /* somebody is dead already */
    int64_t limit;                         /* not to sleep longer */
};

/* For the caller's descriptors; where these are too many: false, and nothing is
 * to be closed. */
bool tl_lookout_begin(struct tl_lookout *lookout, const struct pollfd *polled,
                      unsigned count);

/* In the present arena, where the task has said that it polls. */
void tl_lookout_add(struct tl_lookout *lookout);

/* After the sleep: gives the caller's `revents` back.  True: a process has
 * ended. */
bool tl_lookout_end(struct tl_lookout *lookout, struct pollfd *polled);

#endif
