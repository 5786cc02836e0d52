#include "park.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "descriptor.h"
#include "insight/fault.h"
#include "lookout.h"
#include "outgoing.h"
#include "post.h"
#include "tasks/death.h"
#include "warden.h"

/* Without futex_waitv, and for a guard's owner, who may be one that is dead. */
#define HEARTBEAT_BLIND (50 * TL_MILLISECOND)

static _Atomic bool no_waitv; /* relaxed: whoever misses it finds out again */

static long wake(_Atomic uint32_t *word, int count)
{
    return syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

static struct timespec timespec_of(tl_deadline moment)
{
    return (struct timespec){.tv_sec = moment / TL_SECOND,
                             .tv_nsec = moment % TL_SECOND};
}

/* Sleeps on one word alone. */
static void sleep_blind(_Atomic uint32_t *word, uint32_t value,
                        tl_deadline until)
{
    int64_t now = tl_clock_now();
    until = tl_clock_earlier(until, now + HEARTBEAT_BLIND);
    if (until <= now)
        return;
    struct timespec left = timespec_of(until - now);
    syscall(SYS_futex, word, FUTEX_WAIT, value, &left, NULL, 0);
}

enum { TIME_OVER = -1, SIGNALLED = -2 };

/* Sleeps while all words hold.  Returns the index of one that moved (0 also
 * when one had moved before), or why not. */
static long sleep_on(struct futex_waitv *words, unsigned count,
                     tl_deadline until)
{
    if (!atomic_load_explicit(&no_waitv, memory_order_relaxed)) {
        struct timespec limit = timespec_of(until);
        long moved =
            syscall(SYS_futex_waitv, words, count, 0, &limit, CLOCK_MONOTONIC);
        if (moved >= 0)
            return moved;
        if (errno == EAGAIN)
            return 0;
        if (errno != ENOSYS && errno != EPERM)
            return errno == EINTR ? SIGNALLED : TIME_OVER;
        atomic_store_explicit(&no_waitv, true, memory_order_relaxed);
    }
    sleep_blind((_Atomic uint32_t *)(uintptr_t)words[0].uaddr,
                (uint32_t)words[0].val, until);
    return TIME_OVER;
}

/* The arenas besides the present one in which the task sleeps, as bits. */
static _Thread_local unsigned also;

void tl_park_also(unsigned arenas)
{
    also = arenas;
}

void tl_park_begin(void)
{
    atomic_store(&tl_self->park, TL_PARK_RUNNING);
}

bool tl_park_called(void)
{
    /* acquire: what the caller did before calling is seen after */
    return atomic_load_explicit(&tl_self->park, memory_order_acquire) ==
           TL_PARK_CALLED;
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

/* From one state to another in each arena; false: in one the task was called
 * before. */
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

static enum tl_park_end awake(enum tl_park_end end)
{
    return change(TL_PARK_ASLEEP, TL_PARK_RUNNING) ? end : TL_PARK_END_CALLED;
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

/* ---- with descriptors ---- */

static _Thread_local struct pollfd *polled;
static _Thread_local unsigned polled_count;

static void be_called(int signal)
{
    (void)signal; /* what matters is that it ends the sleep */
}

void tl_park_hear(void)
{
    struct sigaction action;
    if (sigaction(TL_PARK_SIGNAL, NULL, &action) != 0 ||
        (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN))
        return;
    action = (struct sigaction){.sa_handler = be_called};
    sigaction(TL_PARK_SIGNAL, &action, NULL);
}

void tl_park_with(struct pollfd *fds, unsigned count)
{
    polled = fds;
    polled_count = count;
    if (count > 0)
        tl_park_hear();
}

/* With nobody watched. */
static enum tl_park_end poll_blind(tl_deadline until, const sigset_t *mask)
{
    tl_deadline look = tl_clock_now() + HEARTBEAT_BLIND;
    int ready = tl_descriptor_sleep(polled, polled_count,
                                    tl_clock_earlier(until, look), mask);
    if (ready > 0 || any_called())
        return TL_PARK_END_CALLED;
    if (ready < 0)
        return TL_PARK_END_SIGNAL;
    return tl_clock_passed(until) ? TL_PARK_END_TIMEOUT : TL_PARK_END_DEATH;
}

static enum tl_park_end poll_once(tl_deadline until, const sigset_t *mask)
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
    int ready = tl_descriptor_sleep(lookout.polled, lookout.count, limit, mask);
    if (tl_lookout_end(&lookout, polled))
        return TL_PARK_END_DEATH;
    if (ready > 0 || any_called())
        return TL_PARK_END_CALLED;
    if (ready < 0)
        return TL_PARK_END_SIGNAL;
    return tl_clock_passed(until) ? TL_PARK_END_TIMEOUT : TL_PARK_END_DEATH;
}

static enum tl_park_end poll_asleep(tl_deadline until)
{
    sigset_t all, mask;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    sigdelset(&mask, TL_PARK_SIGNAL);
    enum tl_park_end end = TL_PARK_END_CALLED;
    if (change(TL_PARK_RUNNING, TL_PARK_POLLS))
        end = poll_once(until, &mask);
    if (!change(TL_PARK_POLLS, TL_PARK_RUNNING))
        end = TL_PARK_END_CALLED;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return end;
}

/* ---- the sleep ---- */

/* Asleep in all arenas, until there is an end. */
static enum tl_park_end sleep_until(tl_deadline until)
{
    struct tl_vigil vigil = {.beat = false};
    for (;;) {
        keep_vigil(&vigil);
        if (vigil.death)
            return awake(TL_PARK_END_DEATH);
        tl_deadline limit = until;
        if (vigil.limit != TL_FOREVER)
            limit = tl_clock_earlier(until, tl_clock_now() + vigil.limit);
        long moved = sleep_on(vigil.words, vigil.count, limit);
        if (moved >= (long)vigil.lives) {
            /* called or not: the kernel has told of this death nobody else */
            awake(TL_PARK_END_DEATH);
            return TL_PARK_END_DEATH;
        }
        if (any_called())
            return awake(TL_PARK_END_CALLED);
        if (tl_clock_passed(until))
            return awake(TL_PARK_END_TIMEOUT);
        /* a newcomer, a vacancy, a word that moved before the sleep, a
         * heartbeat: look at the table again; a signal may want more than
         * that */
        if (moved == SIGNALLED)
            return awake(TL_PARK_END_SIGNAL);
        vigil.beat = moved == TIME_OVER;
    }
}

enum tl_park_end tl_park_sleep(tl_deadline until)
{
    if (polled_count || tl_outgoings)
        return poll_asleep(until);
    if (!change(TL_PARK_RUNNING, TL_PARK_ASLEEP))
        return awake(TL_PARK_END_CALLED);
    enum tl_park_end end = sleep_until(until);
    end_vigil();
    return end;
}

int tl_park_waker_cpu(void)
{
    return atomic_load_explicit(&tl_self->waker_cpu, memory_order_relaxed);
}

/* What a waker owes a task that it has called from this state.  One that has
 * died before it paid leaves a poller to its next look. */
static void rouse(struct tl_task *task, uint32_t state)
{
    if (state == TL_PARK_ASLEEP)
        wake(&task->park, 1);
    else if (state == TL_PARK_POLLS)
        syscall(SYS_tgkill, atomic_load(&task->pid), atomic_load(&task->tid),
                TL_PARK_SIGNAL);
}

bool tl_park_kick(struct tl_task *task)
{
    if (!tl_task_taken(task) || atomic_load(&task->park) != TL_PARK_POLLS)
        return false;
    rouse(task, TL_PARK_POLLS);
    return true;
}

void tl_park_call(struct tl_task *task)
{
    /* relaxed: a hint, and written before the exchange that calls */
    atomic_store_explicit(&task->waker_cpu, sched_getcpu(),
                          memory_order_relaxed);
    /* seq_cst: what the caller did is seen by the called, and the reverse */
    uint32_t state = atomic_exchange(&task->park, TL_PARK_CALLED);
    tl_fault();
    rouse(task, state);
}

void tl_park_call_all(void)
{
    uint32_t highest = tl_task_highest();
    for (uint32_t n = 1; n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (!tl_task_taken(task) || task == tl_self)
            continue;
        uint32_t state = atomic_exchange(&task->park, TL_PARK_CALLED);
        tl_fault();
        /* a waker that died may have owed it more than the word */
        rouse(task, tl_rule(TL_RULE_KERNEL) && state == TL_PARK_CALLED
                        ? TL_PARK_ASLEEP
                        : state);
    }
}

void tl_park_word(_Atomic uint32_t *word, uint32_t value, uint32_t owner,
                  tl_deadline until)
{
    struct futex_waitv words[2];
    unsigned count = 1;
    words[0] = tl_vigil_word(word, value);
    uint32_t life_value;
    _Atomic uint32_t *life = tl_death_watch(tl_task_of(owner), &life_value);
    if (life)
        words[count++] = tl_vigil_word(life, life_value);
    until = tl_clock_earlier(until, tl_clock_now() + HEARTBEAT_BLIND);
    /* the kernel wakes one of those who sleep on a dead owner's life; if it
     * was this task, let the next hear of it too */
    if (sleep_on(words, count, until) > 0)
        wake(life, INT_MAX);
}

long tl_park_wake_word(_Atomic uint32_t *word, int count)
{
    return wake(word, count);
}
