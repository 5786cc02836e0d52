#include "park/sleeper.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <sys/single_threaded.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/world.h"
#include "park/lookout.h"
#include "park/outgoing.h"
#include "park/park.h"
#include "park/poll.h"
#include "park/post.h"
#include "park/warden.h"
#include "trace/recording.h"

/* Of a sleep for descriptors in which no pidfds watch the others, or in which a
 * signal may be handled by another thread. */
#define HEARTBEAT_BLIND (50 * TL_MILLISECOND)

_Thread_local bool (*tl_signal_hook)(void);
_Thread_local bool (*tl_signal_due)(void);
_Thread_local bool (*tl_signal_expected)(void);

/* The arenas besides the present one in which the task sleeps, as bits. */
static _Thread_local unsigned also;

void tl_sleeper_also(unsigned arenas)
{
    also = arenas;
}

/* Goes through the arenas where the task sleeps, the present one last, and
 * comes back there. */
static bool next_arena(unsigned *left, unsigned here)
{
    if (!*left)
        return false;
    unsigned others = *left & ~(1u << here);
    unsigned arena = others ? (unsigned)__builtin_ctz(others) : here;
    *left &= ~(1u << arena);
    if (arena != tl_arena)
        tl_task_visit(arena);
    return true;
}

static unsigned arenas_here(void)
{
    return also | 1u << tl_arena;
}

static bool any_called(void)
{
    unsigned here = tl_arena, left = arenas_here();
    bool called = false;
    while (next_arena(&left, here))
        called = called || tl_park_called();
    return called;
}

/* Changes the park word in each arena from one state to another; false: in one
 * it had another state, since the task was called. */
static bool change(uint32_t from, uint32_t to)
{
    unsigned here = tl_arena, left = arenas_here();
    bool well = true;
    while (next_arena(&left, here)) {
        uint32_t state = from;
        if (!atomic_compare_exchange_strong(&tl_self->park, &state, to))
            well = false;
        tl_fault();
    }
    return well;
}

static enum tl_sleeper_end awake(enum tl_sleeper_end end)
{
    return change(TL_PARK_ASLEEP, TL_PARK_RUNNING) ? end : TL_SLEEPER_CALLED;
}

static void keep_vigil(struct tl_vigil *vigil)
{
    unsigned here = tl_arena, left = arenas_here();
    vigil->count = 0;
    vigil->death = false;
    vigil->limit = TL_FOREVER;
    while (next_arena(&left, here))
        tl_warden_listen(vigil);
    assert(vigil->count > 0);
    vigil->lives = vigil->count;
    left = arenas_here();
    while (next_arena(&left, here))
        tl_warden_watch(vigil);
}

static void end_vigil(void)
{
    unsigned here = tl_arena, left = arenas_here();
    while (next_arena(&left, here))
        tl_post_leave();
}

bool tl_sleeper_is_signalled(void)
{
    return tl_signal_hook && tl_signal_due && tl_signal_due();
}

/* Not where no signal is answered: what the hooks look at may be gone. */
static bool is_signal_expected(void)
{
    return tl_signal_hook && tl_signal_expected && tl_signal_expected();
}

tl_deadline tl_sleeper_hearing(tl_deadline until)
{
    return !__libc_single_threaded && is_signal_expected()
               ? tl_clock_earlier(until, tl_clock_now() + HEARTBEAT_BLIND)
               : until;
}

/* ---- with descriptors ---- */

static _Thread_local struct pollfd *polled;
static _Thread_local unsigned polled_count;

static void be_called(int signal)
{
    (void)signal; /* what matters is that it ends the sleep */
}

/* Lets TL_PARK_SIGNAL end this process's sleeps for descriptors, and nothing
 * else: ppoll is ended by a handler whatever its flags, while a call of the
 * script's own, such as a read, goes on after one that comes late. */
static void hear(void)
{
    struct sigaction action;
    if (sigaction(TL_PARK_SIGNAL, NULL, &action) != 0 ||
        (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN))
        return;
    action =
        (struct sigaction){.sa_handler = be_called, .sa_flags = SA_RESTART};
    sigaction(TL_PARK_SIGNAL, &action, NULL);
}

void tl_sleeper_with(struct pollfd *fds, unsigned count)
{
    polled = fds;
    polled_count = count;
}

/* Sleeps for too many descriptors to add pidfds: watches nobody. */
static enum tl_sleeper_end poll_blind(tl_deadline until, const sigset_t *mask)
{
    tl_deadline look = tl_clock_now() + HEARTBEAT_BLIND;
    int ready = tl_poll_sleep(polled, polled_count,
                              tl_clock_earlier(until, look), mask);
    if (ready > 0 || any_called())
        return TL_SLEEPER_CALLED;
    if (ready < 0)
        return TL_SLEEPER_SIGNAL;
    return tl_clock_passed(until) ? TL_SLEEPER_TIMEOUT : TL_SLEEPER_DEATH;
}

static enum tl_sleeper_end poll_once(tl_deadline until, const sigset_t *mask)
{
    struct tl_lookout lookout;
    unsigned here = tl_arena, left = arenas_here();
    if (!tl_lookout_begin(&lookout, polled, polled_count))
        return poll_blind(until, mask);
    while (next_arena(&left, here))
        tl_lookout_add(&lookout);
    tl_deadline limit = lookout.death ? TL_NOW : until;
    if (!lookout.death && lookout.limit != TL_FOREVER)
        limit = tl_clock_earlier(until, tl_clock_now() + lookout.limit);
    int ready = tl_poll_sleep(lookout.polled, lookout.count,
                              tl_sleeper_hearing(limit), mask);
    if (tl_lookout_end(&lookout, polled))
        return TL_SLEEPER_DEATH;
    if (ready > 0 || any_called())
        return TL_SLEEPER_CALLED;
    if (ready < 0)
        return TL_SLEEPER_SIGNAL;
    return tl_clock_passed(until) ? TL_SLEEPER_TIMEOUT : TL_SLEEPER_DEATH;
}

static enum tl_sleeper_end poll_asleep(tl_deadline until)
{
    sigset_t all, mask;
    hear();
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    sigdelset(&mask, TL_PARK_SIGNAL);
    enum tl_sleeper_end end = TL_SLEEPER_CALLED;
    if (change(TL_PARK_RUNNING, TL_PARK_POLLS))
        end = tl_sleeper_is_signalled() ? TL_SLEEPER_SIGNAL
                                        : poll_once(until, &mask);
    if (!change(TL_PARK_POLLS, TL_PARK_RUNNING))
        end = TL_SLEEPER_CALLED;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return end;
}

/* ---- in another world ---- */

/* Whether something that is not of this world may end the sleep: a descriptor,
 * what is to be sent, or another program in a space. */
static bool is_outside(void)
{
    return polled_count || tl_outgoings || arenas_here() & ~(1u << TL_HOME);
}

/* In each arena the slot says whose turn a call of it is about. */
static void say_home(void)
{
    unsigned here = tl_arena, left = arenas_here();
    uint32_t number = tl_task_id_in(TL_HOME) & TL_NUMBER_MASK;
    while (next_arena(&left, here))
        tl_self->home = number;
}

static enum tl_sleeper_end leave_turn(tl_deadline until)
{
    if (!change(TL_PARK_RUNNING, TL_PARK_ASLEEP))
        return awake(TL_SLEEPER_CALLED);
    say_home();
    for (;;) {
        if (tl_sleeper_is_signalled())
            return awake(TL_SLEEPER_SIGNAL);
        switch (tl_world->sleep(until, polled, polled_count, is_outside())) {
        case TL_WORLD_SIGNAL:
            return awake(TL_SLEEPER_SIGNAL);
        case TL_WORLD_READY:
            return awake(TL_SLEEPER_CALLED);
        case TL_WORLD_TIME_OVER:
            return awake(TL_SLEEPER_TIMEOUT);
        case TL_WORLD_CALLED:
            if (any_called())
                return awake(TL_SLEEPER_CALLED);
        }
    }
}

/* ---- the sleep ---- */

/* Asleep in all arenas, until there is an end. */
static enum tl_sleeper_end sleep_until(tl_deadline until)
{
    struct tl_vigil vigil = {.beat = false};
    for (;;) {
        keep_vigil(&vigil);
        if (vigil.death)
            return awake(TL_SLEEPER_DEATH);
        if (tl_sleeper_is_signalled())
            return awake(TL_SLEEPER_SIGNAL);
        tl_deadline limit = until;
        if (vigil.limit != TL_FOREVER)
            limit = tl_clock_earlier(until, tl_clock_now() + vigil.limit);
        long moved = tl_park_on(vigil.words, vigil.count, limit);
        if (moved >= (long)vigil.lives) {
            /* called or not: the kernel has told nobody else of this death */
            awake(TL_SLEEPER_DEATH);
            return TL_SLEEPER_DEATH;
        }
        if (any_called())
            return awake(TL_SLEEPER_CALLED);
        if (tl_clock_passed(until))
            return awake(TL_SLEEPER_TIMEOUT);
        /* a newcomer, a vacancy, a word that moved before the sleep, a
         * heartbeat: look at the table again; a signal may want more than
         * that */
        if (moved == TL_PARK_SIGNALLED)
            return awake(TL_SLEEPER_SIGNAL);
        vigil.beat = moved == TL_PARK_TIME_OVER;
    }
}

static enum tl_sleeper_end sleep_here(tl_deadline until)
{
    if (tl_world)
        return leave_turn(until);
    if (polled_count || tl_outgoings || is_signal_expected())
        return poll_asleep(until);
    if (!change(TL_PARK_RUNNING, TL_PARK_ASLEEP))
        return awake(TL_SLEEPER_CALLED);
    enum tl_sleeper_end end = sleep_until(until);
    end_vigil();
    return end;
}

enum tl_sleeper_end tl_sleeper_sleep(tl_deadline until)
{
    if (!tl_recording_is_here())
        return sleep_here(until);
    if (arenas_here() & ~(1u << TL_HOME))
        say_home();
    tl_recording_sleeps();
    enum tl_sleeper_end end = sleep_here(until);
    tl_recording_awake();
    return end;
}
