/*
 * Watch: among many tasks, sleepers alone notice every death at once; even
 * while the wardens (park/warden.h) die, are stopped, or wake up.
 *
 * The tests themselves make no call of the runtime while they wait, since that
 * might do what the sleepers must do.  Needs a runtime built with -DTL_FAULT.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/procfs.h"
#include "park/post.h"
#include "process/process.h"
#include "support/family.h"
#include "support/tasks.h"
#include "tasks/life.h"
#include "tasks/task.h"
#include "tidelock.h"

#ifndef TL_FAULT
int main(void)
{
    puts("1..0 # skip: built without -DTL_FAULT");
    return 0;
}
#else

#define PATIENCE 5.0
#define AT_ONCE 0.1 /* seconds: no heartbeat is this fast on average */

static struct tl_handle event, mine;
static _Atomic int *started;

static void rest(double seconds)
{
    struct timespec left = {(time_t)seconds,
                            (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&left, NULL);
}

/* ---- tasks ---- */

static void sleep_long(void)
{
    tl_event_wait(&event, TL_FOREVER);
}

/* Runs as a task that never sleeps. */
static void run(void)
{
    atomic_fetch_add(started, 1);
    for (;;)
        rest(0.1);
}

static bool in_state(pid_t pid, const char *states)
{
    struct tl_procfs stat;
    return tl_procfs_read(pid, &stat) && strchr(states, stat.state);
}

static bool await_kernel_sleep(const struct tl_handle *process)
{
    double limit = tl_now() + PATIENCE;
    while (task_of(process)->park != TL_PARK_ASLEEP ||
           !in_state(pid_of(process), "S"))
        if (tl_now() > limit)
            return false;
        else
            rest(0.001);
    return true;
}

static void start_runners(int n)
{
    for (int i = 0; i < n; i++)
        start(run);
    while (atomic_load(started) < n)
        rest(0.001);
}

static bool start_sleepers(struct tl_handle *sleepers, int n)
{
    bool well = true;
    for (int i = 0; i < n; i++)
        sleepers[i] = start(sleep_long);
    for (int i = 0; i < n; i++)
        well = well && await_kernel_sleep(&sleepers[i]);
    /* soon after it falls asleep, each looks whether all are stuck, and so
     * whether others are dead */
    rest(0.3);
    return well;
}

/* ---- deaths ---- */

/* Seconds from its death until the others have settled what it owed; negative:
 * they have not. */
static double time_to_hear(const struct tl_handle *process)
{
    struct tl_task *task = task_of(process);
    uint32_t id = ((struct tl_process *)process->object)->task;
    double began = tl_now();
    if (tl_task_id(task) == id)
        kill(pid_of(process), SIGKILL);
    while (tl_task_id(task) == id)
        if (tl_now() > began + PATIENCE)
            return -1;
        else
            rest(0.0001);
    return tl_now() - began;
}

static bool is_heard(const struct tl_handle *process)
{
    return time_to_hear(process) >= 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Whether most of these deaths are heard of at once. */
static bool at_once(double times[9])
{
    qsort(times, 9, sizeof *times, by_size);
    printf("# heard after %.2f ms, at most %.2f ms\n", times[4] * 1e3,
           times[8] * 1e3);
    return times[0] >= 0 && times[4] < AT_ONCE;
}

static bool are_heard_at_once(const struct tl_handle *victims, size_t step)
{
    double times[9];
    for (size_t i = 0; i < 9; i++) {
        times[i] = time_to_hear(&victims[i * step]);
        rest(0.01);
    }
    return at_once(times);
}

static bool among_sleepers(void)
{
    static struct tl_handle many[200];
    return start_sleepers(many, 200) && are_heard_at_once(many, 21);
}

/* Kills tasks that run, all over the table. */
static bool of_the_running(void)
{
    static struct tl_handle runners[150], few[30];
    for (int i = 0; i < 150; i++)
        runners[i] = start(run);
    while (atomic_load(started) < 150)
        rest(0.001);
    return start_sleepers(few, 30) && are_heard_at_once(runners, 16);
}

static bool with_one_sleeper(void)
{
    static struct tl_handle sleeper[1], runners[100];
    for (int i = 0; i < 100; i++)
        runners[i] = start(run);
    while (atomic_load(started) < 100)
        rest(0.001);
    return start_sleepers(sleeper, 1) && is_heard(&runners[0]) &&
           is_heard(&runners[50]) && is_heard(&runners[99]);
}

/* ---- the wardens ---- */

static bool is_warden(const struct tl_handle *process)
{
    uint32_t id = tl_task_id(task_of(process));
    for (unsigned k = 0; k < TL_POSTS; k++)
        if (tl_post_at(1, k) == id || tl_post_at(0, k) == id)
            return true;
    return false;
}

static const struct tl_handle *any_other(const struct tl_handle *sleepers,
                                         int n)
{
    for (int i = 0; i < n; i++)
        if (!is_warden(&sleepers[i]) && in_state(pid_of(&sleepers[i]), "S"))
            return &sleepers[i];
    return NULL;
}

static struct tl_handle sleepers[30];

static bool others_are_heard_at_once(void)
{
    double times[9];
    for (int i = 0; i < 9; i++) {
        const struct tl_handle *other = any_other(sleepers, 30);
        times[i] = other ? time_to_hear(other) : -1;
        rest(0.01);
    }
    return at_once(times);
}

/* Signals all wardens at once, since the others take the posts anew as soon as
 * one has died. */
static bool signal_wardens(int signal, unsigned wardens)
{
    pid_t pids[TL_POSTS];
    for (unsigned k = 0; k < wardens; k++) {
        uint32_t id = tl_post_at(1, k);
        pids[k] = id ? tl_task_pid(tl_task_of(id)) : 0;
        if (pids[k] <= 0)
            return false;
    }
    for (unsigned k = 0; k < wardens; k++)
        kill(pids[k], signal);
    for (unsigned k = 0; k < wardens; k++)
        while (signal == SIGSTOP && !in_state(pids[k], "T"))
            rest(0.001);
    rest(0.1); /* for what follows from that */
    return true;
}

static bool after_both_wardens_died(void)
{
    return start_sleepers(sleepers, 30) && signal_wardens(SIGKILL, 2) &&
           others_are_heard_at_once();
}

static bool while_a_warden_is_stopped(void)
{
    return start_sleepers(sleepers, 30) && signal_wardens(SIGSTOP, 1) &&
           others_are_heard_at_once();
}

/* Both are stopped: deaths are noticed at once when others have taken their
 * posts. */
static bool while_both_are_stopped(void)
{
    if (!start_sleepers(sleepers, 30) || !signal_wardens(SIGSTOP, 2))
        return false;
    bool heard = is_heard(any_other(sleepers, 30));
    rest(1.5);
    return heard && others_are_heard_at_once();
}

/* Kills all but the first in one go: the kernel tells those that are about to
 * die. */
static bool when_many_are_killed(void)
{
    bool heard = start_sleepers(sleepers, 30);
    for (int i = 1; i < 30; i++)
        kill(pid_of(&sleepers[i]), SIGKILL);
    for (int i = 1; i < 30; i++)
        heard = heard && is_heard(&sleepers[i]);
    return heard;
}

/* Wakes those with posts, which do not sleep again. */
static void sleep_once(void)
{
    tl_event_wait(&mine, TL_FOREVER);
    run();
}

static bool after_all_wardens_woke_up(void)
{
    static struct tl_handle first[4];
    tl_event_new(&mine, NULL);
    start_runners(25);
    for (int i = 0; i < 4; i++) {
        first[i] = start(sleep_once);
        if (!await_kernel_sleep(&first[i]))
            return false;
    }
    rest(0.3); /* as in start_sleepers */
    bool all = true;
    for (int i = 0; i < 4; i++)
        all = all && is_warden(&first[i]);
    if (!all || !start_sleepers(sleepers, 30))
        return false;
    tl_event_set(&mine);
    while (atomic_load(started) < 29)
        rest(0.001);
    return others_are_heard_at_once();
}

/* ---- at each step ---- */

static void wait_and_die(void)
{
    tl_fault_arm(die_at);
    tl_event_wait(&mine, TL_FOREVER);
    tl_fault_arm(0);
    tl_event_wait(&event, TL_FOREVER);
}

/* A warden takes its post, gives it up when it wakes, and dies on the way. */
static bool as_a_warden_comes_and_goes(void)
{
    tl_event_new(&mine, NULL);
    start_runners(25);
    struct tl_handle victim = start(wait_and_die);
    double limit = tl_now() + 1;
    while (!in_state(pid_of(&victim), "SZ") && tl_now() < limit)
        rest(0.001);
    if (!start_sleepers(sleepers, 4))
        return false;
    tl_event_set(&mine);
    rest(0.01);
    return is_heard(&victim) && is_heard(&sleepers[0]) &&
           is_heard(&sleepers[1]) && is_heard(&sleepers[2]);
}

/* ---- running ---- */

static const struct test tests[] = {
    {"among 200 sleepers", among_sleepers, 0},
    {"of a running one, by 30 sleepers", of_the_running, 0},
    {"by a single sleeper", with_one_sleeper, 0},
    {"after both wardens died", after_both_wardens_died, 0},
    {"when many are killed", when_many_are_killed, 0},
    {"after all wardens woke up", after_all_wardens_woke_up, 0},
    {"while a warden is stopped", while_a_warden_is_stopped, 0},
    {"while both wardens are stopped", while_both_are_stopped, 0},
    {"as a warden comes and goes", as_a_warden_comes_and_goes, 40},
};

static bool prepare(void)
{
    return tl_init() == TL_OK && tl_event_new(&event, NULL) == TL_OK;
}

int main(int count, char **arguments)
{
    started = family_share(sizeof *started);
    return family_main((struct family){.tests = tests,
                                       .count = sizeof tests / sizeof *tests,
                                       .claim = "a death is heard ",
                                       .prepare = prepare,
                                       .limit = 60,
                                       .shared = (void *)started,
                                       .shared_size = sizeof *started},
                       count, arguments);
}
#endif
