#include "park/guard.h"

#include <assert.h>

#include "base/clock.h"
#include "base/spin.h"
#include "base/world.h"
#include "memory/object.h"
#include "park/due.h"
#include "park/park.h"
#include "tasks/life.h"

void tl_guard_init(struct tl_guard *guard, enum tl_guard_role role,
                   const void *object)
{
    atomic_store(&guard->word, 0);
    guard->role = role;
    guard->object = object ? tl_offset(object) : 0;
}

void tl_guard_wake(struct tl_guard *guard)
{
    tl_park_wake_word(&guard->word, 1);
}

/* Repairs for every dead task that says it was inside: the dead holder may
 * itself have been repairing for one before it. */
static void repair_for_all(struct tl_guard *guard)
{
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (task != tl_self && tl_task_taken(task) &&
            atomic_load(&task->inside) == tl_offset(guard) &&
            tl_life_has_ended(task))
            tl_upcalls->repair(guard, task);
    }
}

/* Takes the guard over from the task of this id, which is known to be dead, and
 * repairs; false: that task does not hold it. */
static bool take_over(struct tl_guard *guard, uint32_t id)
{
    struct tl_task *self = tl_self;
    uint32_t word = atomic_load(&guard->word);
    while ((word & TL_ID_MASK) == id) {
        tl_fault();
        if (atomic_compare_exchange_weak(
                &guard->word, &word, tl_task_id(self) | TL_GUARD_SLEEPERS)) {
            tl_fault();
            repair_for_all(guard);
            return true;
        }
    }
    return false;
}

/* One try at a guard that another task may hold.  `mark` is added to the word
 * with this task's id: a task that slept cannot know whether others sleep. */
static bool try(struct tl_guard *guard, uint32_t mark)
{
    uint32_t word = atomic_load_explicit(&guard->word, memory_order_relaxed);
    if (word != 0)
        return false;
    /* acquire: pairs with the release in tl_guard_drop */
    return atomic_compare_exchange_strong_explicit(
        &guard->word, &word, tl_task_id(tl_self) | mark, memory_order_acq_rel,
        memory_order_relaxed);
}

static bool spin(struct tl_guard *guard)
{
    struct tl_spin spin = tl_spin_begin();
    while (tl_spin_once(&spin))
        if (try(guard, 0))
            return true;
    return false;
}

/* Sleeps on the word, once. */
static void sleep_on(struct tl_guard *guard, tl_deadline deadline)
{
    uint32_t word = atomic_load(&guard->word);
    if (word == 0)
        return;
    uint32_t marked = word | TL_GUARD_SLEEPERS;
    if (word != marked &&
        !atomic_compare_exchange_strong(&guard->word, &word, marked))
        return;
    tl_park_word(&guard->word, marked, word & TL_ID_MASK, deadline);
}

/* Takes the guard over if its holder is dead.  The word is read once: if
 * another task takes over meanwhile, the holder is alive then. */
static bool take_from_dead(struct tl_guard *guard)
{
    uint32_t id = atomic_load(&guard->word) & TL_ID_MASK;
    if (id == 0 || !tl_rule(TL_RULE_GUARD))
        return false;
    struct tl_task *holder = tl_task_of(id);
    if (tl_task_id(holder) != id || !tl_life_has_ended(holder) ||
        !take_over(guard, id))
        return false;
    /* the next checkpoint, outside the guard, settles the rest of its debts */
    tl_due_set(TL_DUE_DEATH);
    return true;
}

/* A try must not fail because another task is inside for a moment; only a
 * stopped holder takes longer than this. */
#define GRACE (50 * TL_MILLISECOND)

/* In a world of turns no task of the program is inside a guard while another
 * runs; it died there, or comes from outside to look. */
static bool may_be_held(const struct tl_guard *guard)
{
    uint32_t id = atomic_load(&guard->word) & TL_ID_MASK;
    return !tl_world || !tl_world->turns || tl_arena != TL_HOME || id == 0 ||
           !tl_task_of(id)->name[0] || tl_life_has_ended(tl_task_of(id));
}

int tl_guard_take_slow(struct tl_guard *guard, tl_deadline deadline)
{
    assert(may_be_held(guard));
    if (spin(guard))
        return TL_OK;
    /* by the real clock: a world's may stand still while another program is
     * inside */
    int64_t least = tl_clock_real() + GRACE;
    for (;;) {
        if (try(guard, TL_GUARD_SLEEPERS))
            return TL_OK;
        if (take_from_dead(guard))
            return TL_OK;
        if (tl_clock_passed(deadline) && tl_clock_real() >= least) {
            atomic_store(&tl_self->inside, 0);
            return TL_TIMEOUT;
        }
        sleep_on(guard, deadline > least ? deadline : least);
    }
}
