#include "park/park.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/procfs.h"
#include "base/world.h"
#include "tasks/life.h"
#include "trace/recording.h"

/* Of sleeps without futex_waitv, and of those for a guard, whose owner may be
 * dead already. */
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

bool tl_park_wait_word(_Atomic uint32_t *word, uint32_t value, int64_t most)
{
    struct timespec left = timespec_of(most);
    return syscall(SYS_futex, word, FUTEX_WAIT, value, &left, NULL, 0) == 0 ||
           errno != ETIMEDOUT;
}

/* Sleeps on one word alone. */
static void sleep_blind(_Atomic uint32_t *word, uint32_t value,
                        tl_deadline until)
{
    int64_t now = tl_clock_real();
    until = tl_clock_earlier(until, now + HEARTBEAT_BLIND);
    if (until > now)
        tl_park_wait_word(word, value, until - now);
}

long tl_park_on(struct futex_waitv *words, unsigned count, tl_deadline until)
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
            return errno == EINTR ? TL_PARK_SIGNALLED : TL_PARK_TIME_OVER;
        atomic_store_explicit(&no_waitv, true, memory_order_relaxed);
    }
    sleep_blind((_Atomic uint32_t *)(uintptr_t)words[0].uaddr,
                (uint32_t)words[0].val, until);
    return TL_PARK_TIME_OVER;
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

int tl_park_waker_cpu(void)
{
    return atomic_load_explicit(&tl_self->waker_cpu, memory_order_relaxed);
}

/* What a waker owes a task that it has called from this state.  One that has
 * died before it paid leaves a poller to its next look. */
static void rouse(struct tl_task *task, uint32_t state)
{
    if (state == TL_PARK_ASLEEP && tl_world && tl_world->wake(task))
        return;
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
    if (tl_recording_is_here())
        tl_recording_calls(task);
    /* the called task sees what this one did before, and the reverse */
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
    words[0] = tl_park_watch(word, value);
    uint32_t life_value;
    _Atomic uint32_t *life = tl_life_watch(tl_task_of(owner), &life_value);
    if (life)
        words[count++] = tl_park_watch(life, life_value);
    /* in another world guards are waited for only where another program has
     * them, and its time is the real one */
    tl_deadline beat = tl_clock_real() + HEARTBEAT_BLIND;
    until = tl_world ? beat : tl_clock_earlier(until, beat);
    /* the kernel wakes one of the sleepers on a dead owner's life; if that was
     * this task, it lets the others hear of it too */
    if (tl_park_on(words, count, until) > 0)
        wake(life, INT_MAX);
}

bool tl_park_sleeps(const struct tl_task *task)
{
    return tl_world ? tl_world->sleeps(task)
                    : tl_procfs_sleeps((pid_t)atomic_load(&task->pid),
                                       (pid_t)atomic_load(&task->tid));
}

long tl_park_wake_word(_Atomic uint32_t *word, int count)
{
    return wake(word, count);
}
