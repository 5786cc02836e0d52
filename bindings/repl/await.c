#include "repl/await.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "repl/interrupt.h"
#include "tidelock.h"

#define LOOK_EACH 0.1 /* seconds, where something is expected */

static const struct await_guest *guest;

/* Called in the middle of a wait. */
static bool on_signal(void)
{
    if (guest && guest->signals)
        guest->signals();
    return false;
}

/* As a tl_waitable's look. */
static int look(void *state, struct pollfd *polled, unsigned *count)
{
    static const struct timespec now = {0};
    (void)state;
    struct pollfd key = {.fd = STDIN_FILENO, .events = POLLIN};
    if (guest->look)
        guest->look();
    /* a callback may have been interrupted: the wait has heard nothing of it */
    if (interrupt_pending() || ppoll(&key, 1, &now, NULL) > 0)
        return 1;
    polled[0] = key;
    polled[1] = (struct pollfd){.fd = guest->fd, .events = POLLIN};
    *count = guest->fd >= 0 ? 2 : 1;
    return 0;
}

/* In a simulation nobody may wait for what is outside, and nothing happens
 * meanwhile. */
static bool await_alone(void)
{
    struct pollfd key = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    /* SIGINT comes only within ppoll, so none is missed just before it */
    sigprocmask(SIG_BLOCK, &blocked, &before);
    while (!interrupt_pending() && ppoll(&key, 1, NULL, &before) < 0)
        on_signal();
    sigprocmask(SIG_SETMASK, &before, NULL);
    return !interrupt_pending();
}

static tl_deadline next_look(void)
{
    return guest->expects && guest->expects() ? tl_deadline_in(LOOK_EACH)
                                              : TL_FOREVER;
}

static bool await_as_task(void)
{
    void *here = &guest;
    struct tl_waitable waitable = {.look = look, .state = &here};
    bool (*hook)(void) = tl_signal_hook;
    uint32_t wrong;
    int status;
    tl_signal_hook = on_signal;
    tl_cancel_hold(true); /* whoever is at the prompt is asked as it goes on */
    do
        status = tl_wait_any(&waitable, 1, &wrong, next_look());
    while (status == TL_TIMEOUT ||
           (status == TL_INTERRUPTED && !interrupt_pending()));
    tl_cancel_hold(false);
    tl_signal_hook = hook;
    if (status < 0 && !interrupt_pending())
        return await_alone();
    return !interrupt_pending();
}

bool await_key(const struct await_guest *the_guest)
{
    guest = the_guest;
    bool key = tl_simulate_is_on() ? await_alone() : await_as_task();
    guest = NULL;
    return key;
}
