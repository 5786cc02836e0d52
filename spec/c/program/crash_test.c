/*
 * Crash sweep: every operation, killed at each of its steps.
 *
 * crash_test            sweeps all scenarios, then shows of each recovery rule
 *                       that without it the sweep fails
 * crash_test NAME...    sweeps the scenarios whose names contain NAME
 *
 * Needs a runtime built with -DTL_FAULT.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/procfs.h"
#include "memory/object.h"
#include "store/heap.h"
#include "tasks/life.h"
#include "tasks/task.h"
#include "wait/wait.h"

#ifndef TL_FAULT
int main(void)
{
    puts("1..0 # skip: built without -DTL_FAULT");
    return 0;
}
#else

#include "crash_scenarios.h"

#define STEPS_MOST 3000
#define PARTNERS_MOST 4
#define HANG 20 /* seconds: most sweeps take some 10 ms, none a second */

static struct tl_handle *const all[] = {
    &queue,   &lock,  &semaphore, &event,     &barrier, &value, &ends[0],
    &ends[1], &other, &rwlock,    &condition, &latch,   &table, &board};

static bool fail(const struct scenario *scenario, long k, const char *what)
{
    printf("# %s, killed at step %ld: %s\n", scenario->name, k, what);
    return false;
}

static struct tl_handle start_partner(const struct scenario *scenario)
{
    struct tl_handle process = {0};
    tl_process_new(&process, "partner", false);
    if (tl_process_start(&process, NULL, 0) == 0) {
        bool well = scenario->partner();
        tl_process_finish(well ? 0 : 1);
        _exit(well ? 0 : 1);
    }
    return process;
}

/* Whether every task but this one sleeps. */
static bool all_asleep(void)
{
    for (uint32_t n = 1; n <= tl_task_highest(); n++)
        if (tl_task_at(n) != tl_self && tl_task_taken(tl_task_at(n)) &&
            tl_task_at(n)->park != TL_PARK_ASLEEP)
            return false;
    return true;
}

/* Waits until the process is a zombie, without a call of the runtime: this task
 * must not do what the others have to do without it. */
static void await_blindly(pid_t pid)
{
    struct tl_procfs stat;
    double limit = tl_now() + PATIENCE;
    while (tl_procfs_read(pid, &stat) && stat.state != 'Z' && tl_now() < limit)
        sched_yield();
}

static int run_victim(const struct scenario *scenario, long k)
{
    struct tl_handle process = {0};
    struct tl_process_info info;
    tl_process_new(&process, "victim", false);
    /* it holds only what it was given: so its death closes that */
    const struct tl_handle *given = &ends[0];
    if (tl_process_start(&process, &given, ends[0].object ? 1 : 0) == 0) {
        armed_at = k;
        tl_fault_arm(k);
        scenario->victim();
        tl_fault_arm(0);
        tl_process_finish(0);
        _exit(0);
    }
    tl_process_info(&process, &info);
    await_blindly(info.pid);
    if (tl_process_join(&process, tl_deadline_in(PATIENCE)) < 0)
        tl_process_signal(&process, SIGKILL);
    tl_process_info(&process, &info);
    tl_handle_close(&process);
    return info.exitcode;
}

static bool check_all(void)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct tl_object *object = all[i]->object;
        if (object && tl_object_kind(object)->check &&
            !tl_object_kind(object)->check(object))
            return false;
    }
    return true;
}

static bool end_partners(const struct scenario *scenario,
                         struct tl_handle *partners)
{
    bool well = true;
    for (int i = 0; i < scenario->partners; i++) {
        struct tl_process_info info;
        if (tl_process_join(&partners[i], tl_deadline_in(PATIENCE)) < 0) {
            tl_process_signal(&partners[i], SIGKILL);
            tl_process_join(&partners[i], TL_FOREVER);
        }
        tl_process_info(&partners[i], &info);
        well = well && info.exitcode == 0;
        tl_handle_close(&partners[i]);
    }
    return well;
}

/* Whether the tasks are gone, as they are when their processes are: a
 * grandchild may take a moment longer than the victim. */
static bool alone(void)
{
    tl_deadline limit = tl_deadline_in(PATIENCE);
    for (;;) {
        int others = 0;
        tl_life_sweep();
        for (uint32_t n = 1; n <= tl_task_highest(); n++)
            others += tl_task_at(n) != tl_self && tl_task_taken(tl_task_at(n));
        if (others == 0)
            return true;
        if (tl_now() * 1e9 > (double)limit)
            return false;
        tl_yield();
    }
}

/* Runs the scenario once, with a death at step k. *died: whether the victim had
 * that many steps. */
static bool round_at(const struct scenario *scenario, long k, bool *died)
{
    struct tl_handle partners[PARTNERS_MOST] = {0};
    uint64_t before, after;
    tl_heap_used(&before);
    scenario->setup();
    for (int i = 0; i < scenario->partners; i++) {
        partner_number = i;
        partners[i] = start_partner(scenario);
    }
    while (scenario->partners && !all_asleep())
        tl_yield();
    int exitcode = run_victim(scenario, k);
    *died = exitcode != 0;
    bool goes_on = scenario->after();
    bool partners_well = end_partners(scenario, partners);
    bool gone = alone();
    bool whole = check_all();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        tl_handle_close(all[i]);
    tl_heap_used(&after);
    if (*died && exitcode != -SIGKILL)
        return fail(scenario, k, "the victim ended in another way");
    if (!goes_on)
        return fail(scenario, k, "the others did not go on");
    if (!partners_well)
        return fail(scenario, k, "a waiting task did not go on");
    if (!gone)
        return fail(scenario, k, "a slot was not given back");
    if (!whole)
        return fail(scenario, k, "an object is not whole");
    if (before != after)
        return fail(scenario, k, "blocks were lost");
    return true;
}

/* Sweeps one scenario: how many steps there were, or -1 where it failed. */
static long sweep(const struct scenario *scenario)
{
    bool died = true;
    long k = 0;
    while (died && k < STEPS_MOST)
        if (!round_at(scenario, ++k, &died))
            return -1;
    return k < STEPS_MOST ? k - 1 : -1;
}

static void wait_in_vain(const struct tl_handle *event)
{
    struct tl_waitable list[] = {
        {.handle = event}, {.handle = event}, {.handle = event}};
    uint32_t wrong;
    tl_wait_any(list, 3, &wrong, TL_NOW);
}

/* Makes the tables of a task's cells and waiters as large as they will get.
 * They stay with the task's slot, so the sweep must not count them. */
static void warm_up(void)
{
    struct tl_handle some[140] = {0}, processes[8] = {0}, done = {0};
    for (int i = 0; i < 140; i++)
        tl_event_new(&some[i], NULL);
    tl_event_new(&done, NULL);
    for (int i = 0; i < 8; i++) {
        tl_process_new(&processes[i], NULL, false);
        if (tl_process_start(&processes[i], NULL, 0) == 0) {
            wait_in_vain(&some[0]);
            tl_event_wait(&done, TL_FOREVER);
            tl_process_finish(0);
            _exit(0);
        }
    }
    tl_event_set(&done);
    for (int i = 0; i < 8; i++) {
        tl_process_join(&processes[i], TL_FOREVER);
        tl_handle_close(&processes[i]);
    }
    for (int i = 0; i < 140; i++)
        tl_handle_close(&some[i]);
    tl_handle_close(&done);
}

static int sweep_all(char *const *wanted)
{
    int failed = 0;
    for (int i = 0; i < scenario_count; i++) {
        bool want = !wanted || !*wanted;
        for (char *const *w = wanted; w && *w; w++)
            want = want || strstr(scenarios[i].name, *w);
        if (!want)
            continue;
        long steps = sweep(&scenarios[i]);
        failed += steps < 0;
        printf("%sok - %s survives a kill at each of %ld steps\n",
               steps < 0 ? "not " : "", scenarios[i].name, steps);
        fflush(stdout);
    }
    return failed;
}

/* The sweep without this recovery rule, in a family of its own, since a failure
 * leaves ruins. */
static pid_t start_without(const char *rule)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        char *arguments[] = {"crash_test", "--without", (char *)(uintptr_t)rule,
                             NULL};
        execv("/proc/self/exe", arguments);
        _exit(2);
    }
    return pid;
}

static bool has_failed(pid_t pid)
{
    int status;
    waitpid(pid, &status, 0);
    kill(-pid, SIGKILL);
    return !WIFEXITED(status) || WEXITSTATUS(status) == 1;
}

static int sweep_without(const char *rule)
{
    if (!tl_fault_without(rule))
        return 2;
    /* some failures come only if the kernel wakes sleepers in a certain order
     */
    for (int i = 0; i < 25 * scenario_count; i++) {
        alarm(HANG);
        if (sweep(&scenarios[i % scenario_count]) < 0)
            _exit(1);
    }
    return 0;
}

/* All at once: for most of their time they wait for what does not come. */
static int show_rules_needed(void)
{
    static const char *const rules[] = {"guard",  "held",   "wake_all",
                                        "kernel", "unlist", "owned_blocks",
                                        "refs",   "redo"};
    const size_t count = sizeof rules / sizeof *rules;
    pid_t sweeps[sizeof rules / sizeof *rules];
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        sweeps[i] = start_without(rules[i]);
    for (size_t i = 0; i < count; i++) {
        bool needed = has_failed(sweeps[i]);
        failed += !needed;
        printf("%sok - without the rule \"%s\" the sweep fails\n",
               needed ? "" : "not ", rules[i]);
        fflush(stdout);
    }
    return failed;
}

int main(int count, char **arguments)
{
    if (tl_init() < 0) {
        printf("not ok - tl_init: %s\n", tl_init_error());
        return 1;
    }
    warm_up();
    if (count == 3 && strcmp(arguments[1], "--without") == 0)
        return sweep_without(arguments[2]);
    int failed = sweep_all(arguments + 1);
    if (count == 1)
        failed += show_rules_needed();
    return failed > 0;
}
#endif
