/*
 * Waiters: the lists of who waits, and what is read of another task's wait,
 * while that task goes on.
 *
 * Needs a runtime built with -DTL_FAULT, and is linked with --wrap of tl_fault
 * and tl_wait_queue_object.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/procfs.h"
#include "memory/object.h"
#include "park/wait_queue.h"
#include "process/process.h"
#include "support/family.h"
#include "support/tasks.h"
#include "sync/event.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/deadlock_check.h"

#ifndef TL_FAULT
int main(void)
{
    puts("1..0 # skip: built without -DTL_FAULT");
    return 0;
}
#else

#define PATIENCE 5.0

static struct tl_handle first, second, visitor, setter;

static void rest(void)
{
    nanosleep(&(struct timespec){0, 1000000}, NULL);
}

static struct tl_wait_queue *condition_of(const struct tl_handle *event)
{
    return &((struct tl_event_object *)event->object)->was_set;
}

static bool await_stop(const struct tl_handle *process)
{
    struct tl_procfs stat = {0};
    double limit = tl_now() + PATIENCE;
    while (stat.state != 'T' && tl_now() < limit &&
           tl_procfs_read(pid_of(process), &stat))
        rest();
    return stat.state == 'T';
}

/* Of the visitor. */
static bool await(bool (*is_so)(struct tl_waiter *node))
{
    double limit = tl_now() + PATIENCE;
    while (!is_so(&task_of(&visitor)->waiter) && tl_now() < limit)
        rest();
    return is_so(&task_of(&visitor)->waiter);
}

static bool is_at(struct tl_waiter *node, const struct tl_handle *event)
{
    return atomic_load(&node->condition) == tl_offset(condition_of(event));
}

static bool is_listed_first(struct tl_waiter *node)
{
    return is_at(node, &first) && node->linked;
}

static bool is_listed_second(struct tl_waiter *node)
{
    return is_at(node, &second) && node->linked;
}

static bool is_chosen(struct tl_waiter *node)
{
    return !node->linked;
}

static bool comes_first(struct tl_waiter *node)
{
    return is_at(node, &first) && !node->linked;
}

static bool sleeps(struct tl_waiter *node)
{
    const struct tl_task *task = task_of(&visitor);
    (void)node;
    return task->park == TL_PARK_ASLEEP &&
           atomic_load(&task->waiting) == TL_WAITING_SLEEPS &&
           tl_task_state(task) == TL_TASK_RUNNING;
}

/* ---- while a list is emptied ---- */

static bool (*meanwhile)(void);
static bool well;

void real_fault(void) __asm__("__real_tl_fault");
void step(void) __asm__("__wrap_tl_fault");
void step(void)
{
    bool (*act)(void) = meanwhile;
    meanwhile = NULL;
    if (act)
        well = act();
    real_fault();
}

static void make_events(void)
{
    tl_event_new(&first, NULL);
    tl_event_new(&second, NULL);
}

/* As who has taken the guard over from a dead task.  `act` comes at the first
 * step of it, between two reads of the visitor's node. */
static bool repair_first(bool (*act)(void))
{
    well = true;
    tl_guard_take(&condition_of(&first)->guard, TL_FOREVER);
    meanwhile = act;
    tl_wait_queue_repair(condition_of(&first));
    meanwhile = NULL;
    tl_guard_drop(&condition_of(&first)->guard);
    return well;
}

static void wait_first_then_second(void)
{
    tl_event_wait(&first, TL_FOREVER);
    tl_event_wait(&second, TL_FOREVER);
}

static bool let_it_go_to_second(void)
{
    kill(pid_of(&visitor), SIGCONT);
    return await(is_listed_second) && await(sleeps);
}

/* It was chosen, and has not yet left: its node still names the list that is
 * emptied.  By the time that this is read, it may be in another one. */
static bool who_leaves_stays_where_he_goes(void)
{
    make_events();
    visitor = start(wait_first_then_second);
    if (!await(is_listed_first) || !await(sleeps))
        return false;
    kill(pid_of(&visitor), SIGSTOP);
    await_stop(&visitor);
    tl_event_set(&first);
    if (!await(is_chosen) || !is_at(&task_of(&visitor)->waiter, &first))
        return false;
    if (!repair_first(let_it_go_to_second) || !let_it_go_to_second())
        return false;
    tl_event_set(&second);
    return tl_process_join(&visitor, tl_deadline_in(PATIENCE)) == TL_OK &&
           tl_wait_queue_waiting(condition_of(&second)) == 0 &&
           condition_of(&second)->first == 0;
}

static void wait_second_then_first(void)
{
    tl_event_wait(&second, TL_FOREVER);
    tl_event_wait(&first, TL_FOREVER);
}

static void wait_first(void)
{
    tl_event_wait(&first, TL_FOREVER);
}

static void set_second(void)
{
    raise(SIGSTOP);
    tl_event_set(&second);
    pause();
}

static bool let_it_come_to_first(void)
{
    kill(pid_of(&setter), SIGCONT);
    return await(comes_first);
}

/* It was in another list, and is on its way into the one that is emptied. */
static bool who_comes_is_listed_after_it(void)
{
    make_events();
    setter = start(set_second);
    visitor = start(wait_second_then_first);
    struct tl_handle listed = start(wait_first); /* for the list to have one */
    if (!await(is_listed_second) || !await(sleeps) || !await_stop(&setter) ||
        !repair_first(let_it_come_to_first))
        return false;
    let_it_come_to_first();
    if (!await(is_listed_first))
        return false;
    tl_event_set(&first);
    return tl_process_join(&visitor, tl_deadline_in(PATIENCE)) == TL_OK &&
           tl_process_join(&listed, tl_deadline_in(PATIENCE)) == TL_OK &&
           tl_wait_queue_waiting(condition_of(&first)) == 0;
}

/* ---- what is no object any more ---- */

#define NO_KIND UINT64_C(0x7fffffffffff)

static bool spoils;

const struct tl_object *really_object(
    const struct tl_wait_queue *condition,
    const struct tl_kind **kind) __asm__("__real_tl_wait_queue_object");
const struct tl_object *
object_of(const struct tl_wait_queue *condition,
          const struct tl_kind **kind) __asm__("__wrap_tl_wait_queue_object");

/* Its memory gets other contents right after it was looked at. */
const struct tl_object *object_of(const struct tl_wait_queue *condition,
                                  const struct tl_kind **kind)
{
    const struct tl_object *object = really_object(condition, kind);
    if (object && spoils) {
        struct tl_object *freed = (struct tl_object *)object;
        freed->kind = NO_KIND;
        memset(freed->name, 'x', sizeof freed->name);
    }
    return object;
}

static struct tl_handle waited; /* by the visitor */

static void want(void)
{
    if (waited.kind == TL_KIND_LOCK)
        tl_lock_acquire(&waited, TL_FOREVER);
    else
        tl_event_wait(&waited, TL_FOREVER);
}

/* Asks as a sleeper does, for the verdict and for the report. */
static bool is_found_stuck(void)
{
    atomic_store(&tl_self->waiting, TL_WAITING_SLEEPS);
    atomic_store(&tl_self->deadline, TL_FOREVER);
    bool stuck = tl_deadlock_check_all();
    atomic_store(&tl_self->waiting, TL_WAITING_NOT);
    return stuck;
}

static bool start_wanting(void)
{
    tl_lock_new(&waited, NULL);
    if (tl_lock_acquire(&waited, TL_NOW) != TL_OK)
        return false;
    visitor = start(want);
    bool slept = await(sleeps);
    kill(pid_of(&visitor), SIGSTOP); /* it would look whether all are stuck */
    return slept && await_stop(&visitor);
}

static bool is_followed(void)
{
    return is_found_stuck() ||
           !strstr(tl_report_stuck(), "for what is no more");
}

/* What the visitor waits for was freed, and its memory is something else. */
static bool what_is_no_object_is_not_followed(void)
{
    static const uint64_t no_offsets[] = {8, 12345, UINT64_MAX,
                                          UINT64_C(1) << 62};
    if (!start_wanting() || !is_found_stuck())
        return false;
    struct tl_object *object = waited.object;
    uint64_t kind = object->kind;
    struct tl_wait_queue *at =
        tl_at(atomic_load(&task_of(&visitor)->waiter.condition));
    uint64_t owner = at->guard.object;

    object->kind = NO_KIND;
    bool followed = is_followed();
    object->kind = TL_KINDS;
    followed |= is_followed();
    object->kind = kind;
    for (size_t i = 0; i < sizeof no_offsets / sizeof *no_offsets; i++) {
        at->guard.object = no_offsets[i];
        followed |= is_followed();
    }
    at->guard.object = owner;
    return !followed && is_found_stuck();
}

static bool what_was_an_object_is_taken_as_seen(void)
{
    if (!start_wanting())
        return false;
    uint64_t kind = ((struct tl_object *)waited.object)->kind;
    spoils = true;
    is_found_stuck();
    ((struct tl_object *)waited.object)->kind = kind;
    const char *report = tl_report_stuck();
    spoils = false;
    ((struct tl_object *)waited.object)->kind = kind;
    return strstr(report, "waits to acquire lock#") != NULL;
}

/* ---- running ---- */

static const struct test tests[] = {
    {"who leaves a list that is emptied stays where he goes",
     who_leaves_stays_where_he_goes, 0},
    {"who comes to a list that is emptied is listed after it",
     who_comes_is_listed_after_it, 0},
    {"what is no object is not followed", what_is_no_object_is_not_followed, 0},
    {"what was an object is taken as it was seen",
     what_was_an_object_is_taken_as_seen, 0},
};

int main(int count, char **arguments)
{
    return family_main((struct family){.tests = tests,
                                       .count = sizeof tests / sizeof *tests,
                                       .limit = 30},
                       count, arguments);
}
#endif
