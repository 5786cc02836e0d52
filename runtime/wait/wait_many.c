#include "wait/wait_many.h"

#include "base/clock.h"
#include "park/idle.h"
#include "park/park.h"
#include "park/sleeper.h"
#include "tasks/life.h"
#include "wait/checkpoint.h"
#include "wait/wait.h"

/* Of one call: how many nodes of each arena are in use. */
struct places {
    uint32_t used[TL_ARENAS];
    unsigned arenas; /* as bits */
};

static bool moved(const struct tl_watch *watches, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (atomic_load(watches[i].word) != watches[i].seen)
            return true;
    return false;
}

static void begin(struct places *places, const struct tl_watch *watches,
                  uint32_t count)
{
    int64_t since = atomic_load(&tl_self->since);
    uint32_t operation = atomic_load(&tl_self->intent.operation);
    *places = (struct places){.arenas = 1u << TL_HOME};
    for (uint32_t i = 0; i < count; i++) {
        places->used[watches[i].arena]++;
        places->arenas |= 1u << watches[i].arena;
    }
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (places->arenas & 1u << arena) {
            tl_task_visit(arena);
            tl_wait_queue_use(1 + places->used[arena]);
            tl_park_begin();
            atomic_store(&tl_self->since, since);
            atomic_store(&tl_self->intent.operation, operation);
            places->used[arena] = 0;
        }
    }
}

/* Node 0 is for waits at one queue alone. */
static struct tl_waiter *next_node(struct places *places, unsigned arena)
{
    tl_task_visit(arena);
    return tl_wait_queue_node(tl_self, ++places->used[arena]);
}

/* Lists the task; how many times.  Fewer than `count`: the next word moved. */
static uint32_t enlist(struct places *places, const struct tl_watch *watches,
                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct tl_watch *watch = &watches[i];
        struct tl_waiter *node = next_node(places, watch->arena);
        if (!tl_wait_queue_enlist(node, watch->condition, watch->word,
                                  watch->seen))
            return i;
    }
    return count;
}

/* Leaves the queues and passes on every wake that had chosen this task; whether
 * there was one.  But not where the word is as it was when this task looked:
 * then what the wake was about is gone, and two tasks would pass the wake to
 * each other again and again. */
static bool leave(struct places *places, const struct tl_watch *watches,
                  uint32_t listed)
{
    bool chosen = false;
    for (unsigned arena = 0; arena < TL_ARENAS; arena++)
        places->used[arena] = 0;
    for (uint32_t i = 0; i < listed; i++) {
        struct tl_waiter *node = next_node(places, watches[i].arena);
        if (tl_wait_queue_leave(node)) {
            chosen = true;
            if (atomic_load(watches[i].word) != watches[i].seen)
                tl_wake(watches[i].condition, 1);
        }
    }
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (places->arenas & 1u << arena) {
            tl_task_visit(arena);
            tl_wait_queue_use(1);
        }
    }
    return chosen;
}

static int wait_listed(const struct tl_watch *watches, uint32_t count,
                       struct pollfd *polled, unsigned polled_count,
                       tl_deadline deadline)
{
    struct places places;
    bool late = false;
    begin(&places, watches, count);
    uint32_t listed = enlist(&places, watches, count);
    tl_task_visit(TL_HOME);
    if (listed == count && !tl_idle_is_due()) {
        atomic_store(&tl_self->waiting, TL_WAITING_SLEEPS);
        tl_sleeper_also(places.arenas);
        tl_sleeper_with(polled, polled_count);
        late = tl_wait_sleep(deadline);
        tl_sleeper_with(NULL, 0);
        tl_sleeper_also(0);
        atomic_store(&tl_self->waiting, TL_WAITING_ENTERS);
    }
    bool chosen = leave(&places, watches, listed);
    tl_task_visit(TL_HOME);
    return late && !chosen && !moved(watches, count) ? TL_TIMEOUT : TL_OK;
}

static void say_stuck(const struct tl_watch *watches, uint32_t count)
{
    const struct tl_wait_queue *conditions[TL_STUCK_MOST];
    uint32_t n = count < TL_STUCK_MOST ? count : TL_STUCK_MOST;
    for (uint32_t i = 0; i < n; i++)
        conditions[i] = watches[i].condition;
    tl_wait_stuck(conditions, n);
}

/* Whether another program may end the wait: then this task is never stuck. */
static bool may_end_from_outside(const struct tl_watch *watches, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (watches[i].arena != TL_HOME)
            return true;
    return false;
}

int tl_wait_many(const struct tl_watch *watches, uint32_t count,
                 struct pollfd *polled, unsigned polled_count,
                 tl_deadline deadline)
{
    if (moved(watches, count))
        return tl_clock_passed(deadline) ? TL_TIMEOUT : TL_OK;
    if (tl_clock_passed(deadline))
        return tl_life_sweep_all() || moved(watches, count) ? TL_OK
                                                            : TL_TIMEOUT;
    tl_task_visit(TL_HOME);
    if (tl_idle())
        return TL_OK;
    tl_deadline said = deadline;
    if (deadline == TL_FOREVER &&
        (polled_count || may_end_from_outside(watches, count)))
        said = TL_FOREVER - 1;
    int status = tl_wait_enter(NULL, said);
    if (status == TL_STUCK)
        say_stuck(watches, count);
    if (status < 0)
        return status;
    tl_wait_say(said);
    status = wait_listed(watches, count, polled, polled_count, deadline);
    atomic_store(&tl_self->waiting, TL_WAITING_NOT);
    return status;
}
