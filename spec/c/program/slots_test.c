/*
 * Slots: who enters one late, when it was given to somebody else.
 *
 * Linked with --wrap of pthread_mutex_trylock and pthread_mutex_init.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/family.h"
#include "tasks/life.h"
#include "tasks/task.h"
#include "tasks/tenancy.h"
#include "tidelock.h"

#define PATIENCE 5.0

enum outcome { NONE, REFUSED, ENTERED };

/* What the processes of a test tell each other, apart from the runtime. */
static struct {
    _Atomic int held, go, made;
    _Atomic int first, second; /* enum outcome */
} * flags;

static bool await(_Atomic int *flag)
{
    double limit = tl_now() + PATIENCE;
    while (!atomic_load(flag) && tl_now() < limit)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return atomic_load(flag);
}

/* ---- steps ---- */

static bool holds; /* this process, before it takes a life or makes one */

static void hold(void)
{
    if (holds) {
        holds = false;
        atomic_store(&flags->held, 1);
        await(&flags->go);
    }
}

int really_try(pthread_mutex_t *mutex) __asm__("__real_pthread_mutex_trylock");
int try(pthread_mutex_t *mutex) __asm__("__wrap_pthread_mutex_trylock");
int try(pthread_mutex_t *mutex)
{
    hold();
    return really_try(mutex);
}

int really_make(pthread_mutex_t *mutex,
                const pthread_mutexattr_t *attributes) //
    __asm__("__real_pthread_mutex_init");
int make(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes) //
    __asm__("__wrap_pthread_mutex_init");
int make(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    hold();
    atomic_fetch_add(&flags->made, 1);
    return really_make(mutex, attributes);
}

/* ---- tasks ---- */

static struct tl_task *task; /* a slot that nobody has used before */
static uint32_t first_id, second_id;

static pid_t enter(uint32_t id, bool late, _Atomic int *outcome)
{
    pid_t pid = fork();
    if (pid == 0) {
        holds = late;
        atomic_store(outcome, tl_tenancy_enter(task, id) ? ENTERED : REFUSED);
        for (;;)
            pause();
    }
    return pid;
}

/* Whose creator has died: it is on its way in, when the slot is given up and
 * another one enters. */
static bool claim_twice_and_enter_late(void)
{
    atomic_store(&flags->made, 0); /* by tl_init */
    task = tl_tenancy_claim();
    first_id = tl_task_id(task);
    enter(first_id, true, &flags->first);
    if (!await(&flags->held))
        return false;
    tl_tenancy_free(task);
    bool same = tl_tenancy_claim() == task;
    second_id = tl_task_id(task);
    return same && first_id != second_id;
}

/* Also where both of them find that the slot has no life yet, it gets one: who
 * has it is not found dead, nor alive once it is dead. */
static bool a_late_one_leaves_the_life_of_the_next(void)
{
    if (!claim_twice_and_enter_late())
        return false;
    pid_t second = enter(second_id, false, &flags->second);
    bool well = await(&flags->second) && flags->second == ENTERED;
    atomic_store(&flags->go, 1);
    /* it does not wait for the end of the other */
    well = well && await(&flags->first) && flags->first == REFUSED;
    well = well && atomic_load(&flags->made) == 1 && !tl_life_has_ended(task);
    kill(second, SIGKILL);
    waitpid(second, NULL, 0);
    return well && tl_life_has_ended(task) && tl_upcalls->settle(task) &&
           !tl_task_taken(task);
}

/* Before the next one is there, it goes away again. */
static bool a_late_one_lets_the_next_in(void)
{
    if (!claim_twice_and_enter_late())
        return false;
    atomic_store(&flags->go, 1);
    bool well = await(&flags->first) && flags->first == REFUSED;
    enter(second_id, false, &flags->second);
    return well && await(&flags->second) && flags->second == ENTERED &&
           !tl_life_has_ended(task);
}

/* ---- running ---- */

static const struct test tests[] = {
    {"a late one leaves the life of the next alone",
     a_late_one_leaves_the_life_of_the_next, 0},
    {"a late one lets the next in", a_late_one_lets_the_next_in, 0},
};

int main(int count, char **arguments)
{
    flags = family_share(sizeof *flags);
    return family_main((struct family){.tests = tests,
                                       .count = sizeof tests / sizeof *tests,
                                       .limit = 30,
                                       .shared = flags,
                                       .shared_size = sizeof *flags},
                       count, arguments);
}
