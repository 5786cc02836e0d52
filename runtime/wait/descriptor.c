#include "descriptor.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "checkpoint.h"
#include "clock.h"

/* Sleeps once, at most until the deadline, with the signals of `mask`. */
static int sleep_once(struct pollfd *fds, unsigned n, tl_deadline deadline,
                      const sigset_t *mask)
{
    struct timespec left = {0};
    if (!tl_clock_passed(deadline) && deadline != TL_FOREVER) {
        int64_t time = deadline - tl_clock_now();
        if (time > 0)
            left = (struct timespec){.tv_sec = time / TL_SECOND,
                                     .tv_nsec = time % TL_SECOND};
    }
    return ppoll(fds, n, deadline == TL_FOREVER ? NULL : &left, mask);
}

static int sleep_till(struct pollfd *fds, unsigned n, tl_deadline deadline,
                      const sigset_t *mask)
{
    for (;;) {
        if (tl_checkpoint_interrupted())
            return TL_INTERRUPTED;
        int ready = sleep_once(fds, n, deadline, mask);
        if (ready > 0)
            return TL_OK;
        if (ready < 0 && errno != EINTR)
            return TL_SYSTEM;
        if (ready < 0 && tl_signal_hook && tl_signal_hook())
            tl_due_set(TL_DUE_INTERRUPT);
        else if (tl_clock_passed(deadline))
            return TL_TIMEOUT;
    }
}

int tl_wait_descriptors(struct pollfd *fds, unsigned n, tl_deadline deadline)
{
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    if (deadline <= TL_NOW) {
        int ready = sleep_once(fds, n, TL_NOW, NULL);
        return ready > 0 ? TL_OK : TL_TIMEOUT;
    }
    sigset_t all, mask;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    status = sleep_till(fds, n, deadline, &mask);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    errno = error;
    return status;
}
