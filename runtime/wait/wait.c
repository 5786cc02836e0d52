#include "wait.h"

#include <sched.h>

#include "checkpoint.h"
#include "clock.h"
#include "park.h"
#include "spin.h"
#include "stuck.h"
#include "tasks/death.h"

/* A task that has slept so long looks whether anybody can ever wake it. */
#define STUCK_AFTER (100 * TL_MILLISECOND)
#define STUCK_AGAIN TL_SECOND

_Thread_local void (*tl_where_hook)(char *where, size_t size);
_Thread_local bool (*tl_signal_hook)(void);
static _Thread_local const struct tl_condition *stuck_in;

const struct tl_condition *tl_wait_stuck_in(void)
{
    return stuck_in;
}

const char *tl_verb_name(uint32_t verb)
{
    static const char *const names[] = {"acquire", "wait", "get", "put",
                                        "recv",    "send", "join", "read",
                                        "write"};
    return verb < sizeof names / sizeof *names ? names[verb] : "wait";
}

void tl_condition_init(struct tl_condition *condition, const void *object,
                       enum tl_verb verb)
{
    tl_guard_init(&condition->guard, TL_GUARD_CONDITION, object);
    condition->first = condition->last = 0;
    atomic_store(&condition->n, 0);
    condition->verb = verb;
}

static void link_node(struct tl_condition *condition, struct tl_waiter *node)
{
    node->next = 0;
    node->previous = condition->last;
    if (condition->last)
        ((struct tl_waiter *)tl_at(condition->last))->next = tl_offset(node);
    else
        condition->first = tl_offset(node);
    tl_fault();
    condition->last = tl_offset(node);
    tl_fault();
    node->linked = 1;
    tl_fault();
    /* seq_cst: before the waiter reads its watch word again */
    atomic_fetch_add(&condition->n, 1);
    tl_fault();
}

static void unlink_node(struct tl_condition *condition, struct tl_waiter *node)
{
    if (node->previous)
        ((struct tl_waiter *)tl_at(node->previous))->next = node->next;
    else
        condition->first = node->next;
    tl_fault();
    if (node->next)
        ((struct tl_waiter *)tl_at(node->next))->previous = node->previous;
    else
        condition->last = node->previous;
    tl_fault();
    node->linked = 0;
    tl_fault();
    atomic_fetch_sub(&condition->n, 1);
    tl_fault();
}

/* Lists this task; false: the word has moved meanwhile. */
static bool enlist(struct tl_condition *condition, const _Atomic uint64_t *word,
                   uint64_t seen)
{
    struct tl_waiter *node = &tl_self->waiter;
    tl_park_begin();
    atomic_store(&node->condition, tl_offset(condition));
    tl_fault();
    tl_guard_take(&condition->guard, TL_FOREVER);
    link_node(condition, node);
    bool moved = atomic_load(word) != seen;
    if (moved)
        unlink_node(condition, node);
    tl_guard_drop(&condition->guard);
    if (moved)
        atomic_store(&node->condition, 0);
    return !moved;
}

/* Off the list again; true: a waker had chosen this task. */
static bool leave(struct tl_condition *condition)
{
    struct tl_waiter *node = &tl_self->waiter;
    tl_guard_take(&condition->guard, TL_FOREVER);
    bool chosen = !node->linked;
    if (!chosen)
        unlink_node(condition, node);
    tl_guard_drop(&condition->guard);
    atomic_store(&node->condition, 0);
    tl_fault();
    return chosen;
}

/* Sleeps until called, a death, or the deadline; true: the deadline. */
static bool sleep_till(tl_deadline deadline)
{
    tl_deadline stuck = deadline == TL_FOREVER
                            ? tl_clock_now() + STUCK_AFTER
                            : TL_FOREVER;
    for (;;) {
        /* one that came before tl_park_begin, whose call is forgotten */
        if (atomic_load(&tl_due) & TL_DUE_INTERRUPT)
            return false;
        switch (tl_park_sleep(tl_clock_earlier(deadline, stuck))) {
        case TL_PARK_END_CALLED:
            return false;
        case TL_PARK_END_SIGNAL:
            if (tl_signal_hook && tl_signal_hook())
                tl_due_set(TL_DUE_INTERRUPT);
            return false;
        case TL_PARK_END_DEATH:
            tl_death_sweep();
            return false;
        case TL_PARK_END_TIMEOUT:
            if (deadline != TL_FOREVER)
                return true;
            if (tl_stuck_check())
                return false;
            /* whoever falls asleep after this task looks in its turn, and an
             * end of a task wakes one.  Among very many tasks that one may
             * not be found: so the main task looks on, now and then. */
            stuck = tl_self->parent ? TL_FOREVER
                                    : tl_clock_now() + STUCK_AGAIN;
        }
    }
}

static void say_what(tl_deadline deadline)
{
    struct tl_task *self = tl_self;
    if (tl_where_hook)
        tl_where_hook(self->where, sizeof self->where);
    atomic_store(&self->deadline, deadline);
    atomic_store(&self->since, tl_clock_now());
    atomic_fetch_add(&self->sleeps, 1);
    atomic_store(&self->waiting, TL_WAITING_ENTERS);
}

static int wait_listed(struct tl_condition *condition,
                       const _Atomic uint64_t *word, uint64_t seen,
                       tl_deadline deadline)
{
    say_what(deadline);
    bool late = false, chosen = false;
    if (enlist(condition, word, seen)) {
        atomic_store(&tl_self->waiting, TL_WAITING_SLEEPS);
        late = sleep_till(deadline);
        atomic_store(&tl_self->waiting, TL_WAITING_ENTERS);
        chosen = leave(condition);
    }
    atomic_store(&tl_self->waiting, TL_WAITING_NOT);
    if (chosen && !late)
        tl_spin_woken(tl_park_waker_cpu() != sched_getcpu());
    if (late && !chosen && atomic_load(word) == seen)
        return TL_TIMEOUT;
    return TL_OK;
}

bool tl_wait_spin(const _Atomic uint64_t *word, uint64_t seen)
{
    struct tl_spin spin = tl_spin_learned();
    if (spin.looks == 0)
        return false;
    while (tl_spin_longer(&spin)) {
        /* acquire: pairs with the commit that moves the word */
        if (atomic_load_explicit(word, memory_order_acquire) != seen) {
            tl_spin_paid(true);
            return true;
        }
    }
    tl_spin_paid(false);
    return false;
}

int tl_wait_asleep(struct tl_condition *condition,
                   const _Atomic uint64_t *word, uint64_t seen,
                   tl_deadline deadline)
{
    if (atomic_load(word) != seen)
        return TL_OK;
    if (tl_clock_passed(deadline))
        /* what the dead held may be what this task lacks */
        return tl_death_sweep() || atomic_load(word) != seen ? TL_OK
                                                             : TL_TIMEOUT;
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    if (tl_checkpoint_interrupted())
        return TL_INTERRUPTED;
    if (tl_stuck_is_me()) {
        stuck_in = condition;
        return TL_STUCK;
    }
    return wait_listed(condition, word, seen, deadline);
}

int tl_wait(struct tl_condition *condition, const _Atomic uint64_t *word,
            uint64_t seen, tl_deadline deadline)
{
    if (deadline > 0 && tl_wait_spin(word, seen))
        return TL_OK;
    return tl_wait_asleep(condition, word, seen, deadline);
}

/* Takes up to 16 waiters off the list into `chosen`; how many. */
static uint32_t choose(struct tl_condition *condition, uint32_t count,
                       uint32_t chosen[16])
{
    uint32_t n = 0;
    tl_guard_take(&condition->guard, TL_FOREVER);
    while (n < count && n < 16 && condition->first) {
        struct tl_waiter *node = tl_at(condition->first);
        unlink_node(condition, node);
        chosen[n++] = node->task;
    }
    tl_guard_drop(&condition->guard);
    return n;
}

void tl_wake_listed(struct tl_condition *condition, uint32_t count)
{
    uint32_t chosen[16], n;
    do {
        n = choose(condition, count, chosen);
        for (uint32_t i = 0; i < n; i++)
            tl_park_call(&tl_tasks[chosen[i]]);
        count -= n;
    } while (n == 16 && count > 0);
}

void tl_wait_unlist(struct tl_task *dead)
{
    uint64_t offset = atomic_load(&dead->waiter.condition);
    if (!offset)
        return;
    struct tl_condition *condition = tl_at(offset);
    tl_guard_take(&condition->guard, TL_FOREVER);
    if (dead->waiter.linked)
        unlink_node(condition, &dead->waiter);
    tl_guard_drop(&condition->guard);
    atomic_store(&dead->waiter.condition, 0);
}

void tl_condition_repair(struct tl_condition *condition)
{
    uint32_t highest = tl_task_highest();
    for (uint32_t n = 1; n <= highest; n++) {
        struct tl_waiter *node = &tl_tasks[n].waiter;
        if (atomic_load(&node->condition) == tl_offset(condition))
            node->linked = 0;
    }
    tl_fault();
    condition->first = condition->last = 0;
    tl_fault();
    atomic_store(&condition->n, 0);
    tl_fault();
    tl_park_call_all();
}
