#include "descriptor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "clock.h"
#include "outgoing.h"
#include "several.h"

enum { SIGNALLED = 1 };

/* TL_OK: some are ready. */
static int outcome(int ready)
{
    if (ready > 0)
        return TL_OK;
    if (ready == 0)
        return TL_TIMEOUT;
    return errno == EINTR ? SIGNALLED : TL_SYSTEM;
}

static int look(struct pollfd *polled, size_t count)
{
    static const struct timespec at_once;
    return outcome(ppoll(polled, count, &at_once, NULL));
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

/* With what is to be sent meanwhile behind the caller's.  Once some of it was
 * sent the caller looks again, since what it waits for may have been read. */
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

int tl_descriptor_sleep(struct pollfd *polled, size_t count,
                        tl_deadline deadline, const sigset_t *mask)
{
    size_t outgoing = tl_outgoings ? tl_outgoing_watch(NULL, 0) : 0;
    return outgoing > 0
               ? sleep_with_outgoing(polled, count, outgoing, deadline, mask)
               : sleep_for(polled, count, deadline, mask);
}

/* A signal that came between the look for an interrupt and the sleep would be
 * slept over: so signals are let in by the sleep alone. */
static int sleep_till(struct pollfd *polled, size_t count, tl_deadline deadline)
{
    sigset_t all, mask;
    int status;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    status = tl_checkpoint_ended();
    if (status == TL_OK)
        status = outcome(tl_descriptor_sleep(polled, count, deadline, &mask));
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (status == SIGNALLED && tl_signal_hook && tl_signal_hook())
        return TL_INTERRUPTED;
    return status;
}

/* The same for a task that has something to do meanwhile, or may be cancelled.
 */
static int sleep_idle(struct pollfd *polled, size_t count, tl_deadline deadline)
{
    int status = tl_wait_several(NULL, 0, polled, (unsigned)count, deadline);
    return status == TL_TIMEOUT ? look(polled, count) : status;
}

int tl_wait_descriptors(struct pollfd *polled, size_t count,
                        tl_deadline deadline)
{
    for (;;) {
        int status = tl_checkpoint();
        if (status < 0)
            return status;
        status = look(polled, count);
        if (status == TL_TIMEOUT && !tl_clock_passed(deadline))
            status = tl_idle_due || tl_cancel
                         ? sleep_idle(polled, count, deadline)
                         : sleep_till(polled, count, deadline);
        if (status != SIGNALLED)
            return status;
    }
}
