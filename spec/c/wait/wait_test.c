/*
 * Wait: no wake is lost, whoever dies.  Tested by the rooms up to store/ alone,
 * with tasks that are mere forks.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/lower.h"
#include "wait/wait.h"

#define ROUNDS UINT64_C(20000)
#define PATIENCE (tl_clock_now() + 20 * TL_SECOND)

/* What the tasks of a test share, in a block of the arena. */
struct shared {
    struct tl_wait_queue moved; /* wake all */
    _Atomic uint64_t word;      /* of `moved` */
    struct tl_guard guard;
    _Atomic uint64_t inside; /* tasks that have the guard */
    _Atomic uint64_t taken;  /* how often it was had */
    _Atomic uint64_t ready;
};
static struct shared *shared;

/* Starts a fork that is a task, and ends with what `run` returns. */
static pid_t start(int (*run)(void))
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(lower_enter() ? run() : 2);
    return pid;
}

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static int wait_until(uint64_t wanted, tl_deadline deadline)
{
    uint64_t seen;
    while ((seen = atomic_load(&shared->word)) < wanted) {
        int status = tl_wait(&shared->moved, &shared->word, seen, deadline);
        if (status < 0)
            return status;
    }
    return TL_OK;
}

static void move_on(void)
{
    atomic_fetch_add(&shared->word, 1);
    tl_wake(&shared->moved, TL_WAKE_ALL);
}

/* ---- two that take turns ---- */

static int answer(void)
{
    for (uint64_t n = 1; n < 2 * ROUNDS; n += 2) {
        if (wait_until(n, PATIENCE) < 0)
            return 1;
        move_on();
    }
    return 0;
}

static bool every_wake_arrives(void)
{
    pid_t other = start(answer);
    for (uint64_t n = 0; n < 2 * ROUNDS; n += 2) {
        move_on();
        if (wait_until(n + 2, PATIENCE) < 0)
            return false;
    }
    return status_of(other) == 0;
}

static bool time_passes(void)
{
    uint64_t word = atomic_load(&shared->word);
    return wait_until(word + 1, TL_NOW) == TL_TIMEOUT &&
           wait_until(word + 1, tl_clock_now() + TL_MILLISECOND) ==
               TL_TIMEOUT &&
           wait_until(word, TL_NOW) == TL_OK;
}

/* ---- deaths ---- */

static int wait_for_ever(void)
{
    atomic_fetch_add(&shared->ready, 1);
    return wait_until(UINT64_MAX, TL_FOREVER);
}

/* A task that dies in the list is taken off it, and the others are still woken.
 */
static bool the_dead_leave_the_list(void)
{
    atomic_store(&shared->ready, 0);
    pid_t other = start(wait_for_ever);
    while (tl_wait_queue_waiting(&shared->moved) == 0)
        tl_yield();
    kill(other, SIGKILL);
    status_of(other);
    while (tl_wait_queue_waiting(&shared->moved) > 0 && !tl_life_sweep())
        tl_yield();
    return tl_wait_queue_waiting(&shared->moved) == 0 &&
           shared->moved.first == 0;
}

static int take_and_die(void)
{
    tl_guard_take(&shared->guard, TL_FOREVER);
    raise(SIGKILL);
    return 1;
}

/* A guard passes from a task that died inside to the next that wants it. */
static bool a_guard_is_taken_over(void)
{
    for (int i = 0; i < 50; i++) {
        pid_t dead = start(take_and_die);
        bool killed = WIFSIGNALED(status_of(dead));
        if (!killed || tl_guard_take(&shared->guard, PATIENCE) < 0)
            return false;
        tl_guard_drop(&shared->guard);
        tl_life_sweep();
    }
    return true;
}

static int take_often(void)
{
    for (uint64_t i = 0; i < ROUNDS; i++) {
        tl_guard_take(&shared->guard, TL_FOREVER);
        bool alone = atomic_fetch_add(&shared->inside, 1) == 0;
        uint64_t taken = atomic_load(&shared->taken);
        atomic_store(&shared->taken, taken + 1); /* not atomic: the guard is */
        atomic_fetch_sub(&shared->inside, 1);
        tl_guard_drop(&shared->guard);
        if (!alone)
            return 1;
    }
    return 0;
}

static bool a_guard_keeps_others_out(void)
{
    pid_t others[3];
    for (int i = 0; i < 3; i++)
        others[i] = start(take_often);
    bool well = take_often() == 0;
    for (int i = 0; i < 3; i++)
        well = status_of(others[i]) == 0 && well;
    return well && atomic_load(&shared->taken) == 4 * ROUNDS;
}

int main(void)
{
    if (!lower_init(UINT64_C(64) << 20))
        return 1;
    uint64_t *word = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    if (tl_heap_take(word, sizeof *shared) < 0)
        return 1;
    shared = tl_at(*word);
    *shared = (struct shared){0};
    tl_wait_queue_init(&shared->moved, NULL, TL_VERB_WAIT);
    tl_guard_init(&shared->guard, TL_GUARD_OBJECT, NULL);
    say(every_wake_arrives(), "every wake arrives");
    say(time_passes(), "a deadline ends a wait, and what is there beats it");
    say(the_dead_leave_the_list(), "the dead leave the list of waiters");
    say(a_guard_is_taken_over(), "a guard is taken over from the dead");
    say(a_guard_keeps_others_out(), "a guard keeps others out");
    return lower_failures;
}
