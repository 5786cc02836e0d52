/*
 * Lookout: how a task that sleeps for descriptors hears of deaths.
 *
 * Such a task cannot sleep on a futex, so it watches no lives.  While the tasks
 * are few it sleeps for the others' pidfds too, and a newcomer makes it look
 * again (tl_park_kick).  Where they are more, the wardens hear of a death and
 * call it (park/post).  Where the wardens are too few, or the kernel has no
 * pidfd, it looks now and then.
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
    bool death;                            /* a task is dead already */
    int64_t limit;                         /* not to sleep longer */
};

/* Begins with the caller's descriptors.  False: these are too many, and there
 * is nothing to end. */
bool tl_lookout_begin(struct tl_lookout *lookout, const struct pollfd *polled,
                      unsigned count);

/* In the present arena, where the task has said that it polls. */
void tl_lookout_add(struct tl_lookout *lookout);

/* After the sleep: gives the caller's `revents` back.  True: a process has
 * ended. */
bool tl_lookout_end(struct tl_lookout *lookout, struct pollfd *polled);

#endif
