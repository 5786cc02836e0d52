#include "wait/wait.h"

#include <sched.h>

#include "base/clock.h"
#include "base/spin.h"
#include "base/world.h"
#include "park/idle.h"
#include "park/park.h"
#include "park/since.h"
#include "park/sleeper.h"
#include "park/wait_queue.h"
#include "tasks/life.h"
#include "trace/recording.h"
#include "wait/checkpoint.h"
#include "wait/deadlock_check.h"

/* A task that has slept so long looks whether any task can ever wake it. */
#define STUCK_AFTER (100 * TL_MILLISECOND)
#define STUCK_AGAIN TL_SECOND

_Thread_local void (*tl_where_hook)(char *where, size_t size);
static _Thread_local const struct tl_wait_queue *stuck_in[TL_STUCK_MOST];
static _Thread_local uint32_t stuck_operation;

const struct tl_wait_queue *tl_wait_stuck_in(unsigned i)
{
    return i < TL_STUCK_MOST ? stuck_in[i] : NULL;
}

uint32_t tl_wait_stuck_operation(void)
{
    return stuck_operation;
}

void tl_wait_stuck(const struct tl_wait_queue *const *conditions, unsigned n)
{
    for (unsigned i = 0; i < TL_STUCK_MOST; i++)
        stuck_in[i] = i < n ? conditions[i] : NULL;
    stuck_operation = atomic_load(&tl_self->intent.operation);
    tl_recording_mark("a deadlock was told");
}

/* When a task looks whether all are stuck.  Another world ends the sleep
 * itself, when nobody can run at any time. */
static tl_deadline look_after(int64_t time)
{
    return tl_world ? TL_FOREVER : tl_clock_now() + time;
}

bool tl_wait_sleep(tl_deadline deadline)
{
    tl_deadline stuck =
        deadline == TL_FOREVER ? look_after(STUCK_AFTER) : TL_FOREVER;
    for (;;) {
        /* an interrupt may have come before tl_park_begin, which has forgotten
         * its call */
        if (tl_checkpoint_is_ended())
            return false;
        switch (tl_sleeper_sleep(tl_clock_earlier(deadline, stuck))) {
        case TL_SLEEPER_CALLED:
            return false;
        case TL_SLEEPER_SIGNAL:
            if (tl_signal_hook && tl_signal_hook())
                tl_due_set(TL_DUE_INTERRUPT);
            return false;
        case TL_SLEEPER_DEATH:
            if (tl_life_sweep_all() > 0)
                return false;
            /* nobody's, or settled by another task, which calls whom it
             * concerns: a heartbeat must not put off the look below */
            break;
        case TL_SLEEPER_TIMEOUT:
            if (deadline != TL_FOREVER)
                return true;
            if (tl_deadlock_check_all())
                return false;
            /* a task that falls asleep later looks in its turn, and a task that
             * ends calls one to look.  It may be killed before it does: so the
             * main task looks again, now and then. */
            stuck = tl_self->parent ? TL_FOREVER : look_after(STUCK_AGAIN);
        }
    }
}

void tl_wait_say(tl_deadline deadline)
{
    struct tl_task *self = tl_self;
    if (deadline == TL_FOREVER && tl_idle_by_signals && !tl_world)
        deadline--; /* it may go on at any time */
    if (tl_where_hook)
        tl_where_hook(self->where, sizeof self->where);
    atomic_store(&self->deadline, deadline);
    atomic_store(&self->since, tl_since());
    atomic_fetch_add(&self->sleeps, 1);
    atomic_store(&self->waiting, TL_WAITING_ENTERS);
}

/* Begins to park.  A task that has something to do while it waits, or may be
 * cancelled, is called as a task of its program, even where it waits in a
 * space: so it parks there too.  Returns the arenas besides this one, as bits.
 */
static unsigned begin(void)
{
    unsigned here = tl_arena;
    tl_park_begin();
    if (here == TL_HOME || (!tl_idle_due && !tl_checkpoint_cancel))
        return 0;
    tl_task_visit(TL_HOME);
    tl_park_begin();
    tl_task_visit(here);
    return 1u << TL_HOME;
}

static int wait_listed(struct tl_wait_queue *condition,
                       const _Atomic uint64_t *word, uint64_t seen,
                       int64_t arrived, tl_deadline deadline)
{
    tl_wait_say(deadline);
    if (arrived)
        atomic_store(&tl_self->since, arrived);
    bool late = false, chosen = false;
    unsigned also = begin();
    if (tl_wait_queue_enlist(&tl_self->waiter, condition, word, seen)) {
        if (!tl_idle_is_due()) {
            atomic_store(&tl_self->waiting, TL_WAITING_SLEEPS);
            tl_sleeper_also(also);
            late = tl_wait_sleep(deadline);
            tl_sleeper_also(0);
            atomic_store(&tl_self->waiting, TL_WAITING_ENTERS);
        }
        chosen = tl_wait_queue_leave(&tl_self->waiter);
    }
    atomic_store(&tl_self->waiting, TL_WAITING_NOT);
    if (!late && tl_park_called())
        tl_spin_woken(tl_park_waker_cpu() != sched_getcpu());
    if (late && !chosen && atomic_load(word) == seen)
        return TL_TIMEOUT;
    return TL_OK;
}

int tl_wait_enter(const struct tl_wait_queue *condition, tl_deadline deadline)
{
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    status = tl_checkpoint_ended();
    if (status < 0)
        return status;
    return tl_deadlock_check_is_me(condition, deadline) ? TL_STUCK : TL_OK;
}

bool tl_wait_spin(const _Atomic uint64_t *word, uint64_t seen, unsigned pauses)
{
    struct tl_spin spin = tl_spin_learned();
    if (spin.looks == 0)
        return false;
    spin.between = pauses;
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

/* The deadline is over, and nothing has come. */
static int give_up(void)
{
    tl_world_in_vain();
    return TL_TIMEOUT;
}

int tl_wait_since(struct tl_wait_queue *condition, const _Atomic uint64_t *word,
                  uint64_t seen, int64_t arrived, tl_deadline deadline)
{
    /* the word may move again and again, and never to what the caller wants */
    if (atomic_load(word) != seen)
        return tl_clock_passed(deadline) ? TL_TIMEOUT : TL_OK;
    if (tl_clock_passed(deadline))
        /* what the dead held may be what this task lacks */
        return tl_life_sweep() || atomic_load(word) != seen ? TL_OK : give_up();
    if (tl_idle())
        return TL_OK;
    int status = tl_wait_enter(condition, deadline);
    if (status == TL_STUCK)
        tl_wait_stuck((const struct tl_wait_queue *const[]){condition}, 1);
    return status < 0 ? status
                      : wait_listed(condition, word, seen, arrived, deadline);
}

int tl_wait_asleep(struct tl_wait_queue *condition,
                   const _Atomic uint64_t *word, uint64_t seen,
                   tl_deadline deadline)
{
    return tl_wait_since(condition, word, seen, 0, deadline);
}

int tl_wait(struct tl_wait_queue *condition, const _Atomic uint64_t *word,
            uint64_t seen, tl_deadline deadline)
{
    if (!tl_clock_passed(deadline) &&
        (tl_idle() || tl_wait_spin(word, seen, 0)))
        return TL_OK;
    return tl_wait_asleep(condition, word, seen, deadline);
}
