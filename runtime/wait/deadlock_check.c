#include "wait/deadlock_check.h"

#include <assert.h>
#include <stdlib.h>

#include "base/deadlock.h"
#include "base/world.h"
#include "park/guard.h"
#include "park/park.h"
#include "public/status.h"
#include "tasks/life.h"
#include "wait/wait.h"

/* The id of the task that is to hear that all are stuck, or 0. */
static _Atomic uint32_t *verdict(void)
{
    return tl_region(TL_REGION_VERDICT);
}

int tl_deadlock_check_make(void)
{
    return tl_arena_carve(TL_REGION_VERDICT, sizeof(_Atomic uint32_t))
               ? TL_OK
               : TL_NO_MEMORY;
}

struct sight {
    uint32_t number, sleeps;
};

/* Whether it sleeps without a deadline. */
static bool sleeps(struct tl_task *task)
{
    /* a task that is up for a moment to look, as this one may be, counts as
     * asleep: nobody has called it */
    return tl_task_state(task) == TL_TASK_RUNNING &&
           atomic_load(&task->waiting) == TL_WAITING_SLEEPS &&
           atomic_load(&task->park) != TL_PARK_CALLED &&
           atomic_load(&task->deadline) == TL_FOREVER;
}

/* A task without a name only looks on: it ends no wait. */
static bool only_looks_on(const struct tl_task *task)
{
    return tl_task_state(task) == TL_TASK_RUNNING && !tl_task_is_named(task);
}

/* Notes all tasks as sleepers without a deadline; false: one is not.  `awake`
 * is about to be one. */
static bool look(const struct tl_task *awake, struct sight *sights,
                 size_t *count)
{
    uint32_t highest = tl_task_highest();
    *count = 0;
    for (uint32_t n = 1; n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (!tl_task_taken(task) || only_looks_on(task))
            continue;
        if (task != awake && !sleeps(task))
            return false;
        sights[(*count)++] = (struct sight){n, atomic_load(&task->sleeps)};
    }
    return true;
}

static bool same(const struct sight *a, const struct sight *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].number != b[i].number || a[i].sleeps != b[i].sleeps)
            return false;
    return true;
}

static uint32_t index_of(const struct sight *sights, size_t count,
                         uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (sights[i].number == number)
            return (uint32_t)i;
    return TL_NOBODY;
}

/* How a task waits, with its ender as an index into sights.  A task that merely
 * sleeps, without a deadline, may wait for a signal: it counts as one that can
 * go on; but in another world, where it is the tasks that send signals. */
static struct tl_wait_state state_of(const struct sight *sights, size_t count,
                                     const struct tl_wait_queue *condition)
{
    struct tl_wait_state state = {.waits = true, .ender = TL_ANYBODY};
    if (!condition)
        return state;
    const struct tl_kind *kind;
    const struct tl_object *object = tl_wait_queue_object(condition, &kind);
    if (!object) {
        state.waits = tl_world != NULL;
        return state;
    }
    uint32_t holder = tl_wait_queue_ender(condition);
    if (holder)
        state.ender = index_of(sights, count, holder);
    return state;
}

static const struct tl_wait_queue *condition_of(struct tl_task *task)
{
    uint64_t offset = atomic_load(&task->waiter.condition);
    return offset ? tl_at(offset) : NULL;
}

/* `its`: the queue at which `awake` is about to wait. */
static bool all_stuck(const struct sight *sights, size_t count,
                      const struct tl_task *awake,
                      const struct tl_wait_queue *its)
{
    assert(count > 0); /* the task that asks waits too */
    struct tl_wait_state *states = calloc(count, sizeof *states);
    bool *stuck = calloc(count, sizeof *stuck);
    bool all = false;
    if (states && stuck) {
        for (size_t i = 0; i < count; i++) {
            struct tl_task *task = tl_task_at(sights[i].number);
            states[i] = state_of(sights, count,
                                 task == awake ? its : condition_of(task));
        }
        all = tl_deadlock_find(states, count, stuck) == count;
    }
    free(states);
    free(stuck);
    return all;
}

static bool is_stuck(const struct tl_task *awake,
                     const struct tl_wait_queue *its)
{
    size_t most = tl_task_highest(), first, second;
    struct sight *a = calloc(2 * most, sizeof *a), *b = a + most;
    bool stuck = a && look(awake, a, &first) && look(awake, b, &second) &&
                 first == second && same(a, b, first) &&
                 all_stuck(a, first, awake, its);
    free(a);
    return stuck;
}

bool tl_deadlock_check_is_me(const struct tl_wait_queue *condition,
                             tl_deadline deadline)
{
    uint32_t id = tl_task_id(tl_self);
    return atomic_load(verdict()) == id &&
           atomic_compare_exchange_strong(verdict(), &id, 0) &&
           deadline == TL_FOREVER && is_stuck(tl_self, condition);
}

void tl_deadlock_check_left(void)
{
    struct tl_task *sleeper = NULL;
    if (tl_arena != TL_HOME)
        return;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (!tl_task_taken(task) || only_looks_on(task))
            continue;
        if (!sleeps(task))
            return;
        sleeper = task;
    }
    if (sleeper)
        tl_park_call(sleeper);
}

/* True: this task itself gets the verdict.  Any other finder sleeps on, since
 * the report is to show it asleep. */
static bool give_verdict(void)
{
    struct tl_task *hearer = tl_self;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        if (tl_task_state(tl_task_at(n)) == TL_TASK_RUNNING &&
            tl_task_at(n)->parent == 0 && tl_task_is_named(tl_task_at(n)))
            hearer = tl_task_at(n);
    atomic_store(verdict(), tl_task_id(hearer));
    if (hearer != tl_self)
        tl_park_call(hearer);
    return hearer == tl_self;
}

bool tl_deadlock_check_all(void)
{
    if (tl_life_sweep())
        return true;
    /* another program may come to a space at any time; and a task without a
     * name only looks on */
    if (tl_arena != TL_HOME || !tl_self->name[0])
        return false;
    return is_stuck(NULL, NULL) && give_verdict();
}
