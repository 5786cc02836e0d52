#include "wait/descriptor.h"

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "base/world.h"
#include "park/outgoing.h"
#include "park/poll.h"
#include "park/sleeper.h"
#include "trace/recording.h"
#include "wait/checkpoint.h"
#include "wait/wait.h"
#include "wait/wait_many.h"

enum { SIGNALLED = 1 };

#define BLIND (10 * TL_MILLISECOND)

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
    return outcome(tl_poll_look(polled, count));
}

static int sleep_told(struct pollfd *polled, size_t count, tl_deadline deadline,
                      const sigset_t *mask)
{
    if (!tl_recording_is_here())
        return tl_poll_sleep(polled, count, deadline, mask);
    tl_recording_sleeps();
    int ready = tl_poll_sleep(polled, count, deadline, mask);
    int error = errno;
    tl_recording_awake();
    errno = error;
    return ready;
}

/* For reports.  What ends the sleep comes from outside, so a deadlock it is
 * never. */
static void say_sleeps(tl_deadline deadline)
{
    tl_task_visit(TL_HOME);
    tl_wait_say(deadline == TL_FOREVER ? TL_FOREVER - 1 : deadline);
    atomic_store(&tl_self->waiting, TL_WAITING_SLEEPS);
}

/* The sleep alone lets signals in: a signal that came between the look for an
 * interrupt and the sleep would be slept over. */
static int sleep_till(struct pollfd *polled, size_t count, tl_deadline deadline)
{
    sigset_t all, mask;
    int status;
    say_sleeps(deadline);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    status = tl_checkpoint_ended();
    if (status == TL_OK)
        status = tl_sleeper_is_signalled()
                     ? SIGNALLED
                     : outcome(sleep_told(polled, count,
                                          tl_sleeper_hearing(deadline), &mask));
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    atomic_store(&tl_self->waiting, TL_WAITING_NOT);
    if (status == TL_TIMEOUT && !tl_clock_passed(deadline))
        status = SIGNALLED; /* it may be: look again */
    if (status == SIGNALLED && tl_signal_hook && tl_signal_hook())
        return TL_INTERRUPTED;
    return status;
}

/* The same for a task that has something to do meanwhile, or may be cancelled.
 */
static int sleep_idle(struct pollfd *polled, size_t count, tl_deadline deadline)
{
    /* whoever gives no descriptor waits for an end outside of this world, which
     * takes real time */
    if (tl_world && count == 0 && !tl_outgoings)
        tl_clock_pause(BLIND);
    int status = tl_wait_many(NULL, 0, polled, (unsigned)count, deadline);
    return status == TL_TIMEOUT ? look(polled, count) : status;
}

int tl_descriptor_wait(struct pollfd *polled, size_t count,
                       tl_deadline deadline)
{
    for (;;) {
        int status = tl_checkpoint();
        if (status < 0)
            return status;
        status = look(polled, count);
        if (status == TL_TIMEOUT && !tl_clock_passed(deadline))
            status = tl_idle_due || tl_checkpoint_cancel || tl_world
                         ? sleep_idle(polled, count, deadline)
                         : sleep_till(polled, count, deadline);
        if (status != SIGNALLED)
            return status;
    }
}

int tl_descriptor_wait_briefly(struct pollfd *polled, size_t count,
                               tl_deadline deadline)
{
    if (!tl_world)
        return tl_descriptor_wait(polled, count, deadline);
    int ready = tl_poll_sleep(polled, count, deadline, NULL);
    return ready > 0 || (ready < 0 && errno == EINTR) ? TL_OK : TL_TIMEOUT;
}

void tl_descriptor_finish(tl_deadline deadline)
{
    while (tl_outgoing_watch(NULL, 0) > 0 &&
           tl_descriptor_wait(NULL, 0, deadline) == TL_OK)
        continue;
    tl_outgoing_end();
}
