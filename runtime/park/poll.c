#include "park/poll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "park/outgoing.h"

int tl_poll_look(struct pollfd *polled, size_t count)
{
    static const struct timespec at_once;
    return ppoll(polled, count, &at_once, NULL);
}

static int sleep_for(struct pollfd *polled, size_t count, tl_deadline deadline,
                     const sigset_t *mask)
{
    if (deadline == TL_FOREVER)
        return ppoll(polled, count, NULL, mask);
    int64_t left = deadline - tl_clock_now();
    if (left < 0)
        left = 0;
    struct timespec limit = {.tv_sec = left / TL_SECOND,
                             .tv_nsec = left % TL_SECOND};
    return ppoll(polled, count, &limit, mask);
}

/* Polls the descriptors to send to behind the caller's.  Once something was
 * sent the caller looks again, since what it waits for may have been read with
 * it. */
static int sleep_with_outgoing(struct pollfd *polled, size_t count,
                               size_t outgoing, tl_deadline deadline,
                               const sigset_t *mask)
{
    struct pollfd *all = calloc(count + outgoing, sizeof *all);
    if (!all)
        return sleep_for(polled, count, deadline, mask);
    if (count > 0)
        memcpy(all, polled, count * sizeof *polled);
    tl_outgoing_watch(all + count, outgoing);
    int ready = sleep_for(all, count + outgoing, deadline, mask);
    int error = errno;
    if (count > 0)
        memcpy(polled, all, count * sizeof *polled);
    if (ready > 0)
        tl_outgoing_push(all + count, outgoing);
    free(all);
    errno = error;
    return ready;
}

int tl_poll_sleep(struct pollfd *polled, size_t count, tl_deadline deadline,
                  const sigset_t *mask)
{
    size_t outgoing = tl_outgoings ? tl_outgoing_watch(NULL, 0) : 0;
    return outgoing > 0
               ? sleep_with_outgoing(polled, count, outgoing, deadline, mask)
               : sleep_for(polled, count, deadline, mask);
}
