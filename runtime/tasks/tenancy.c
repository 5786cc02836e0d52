#include "tasks/tenancy.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "tasks/life.h"

static void raise_highest(uint32_t number)
{
    _Atomic uint32_t *highest = &tl_task_table()->highest;
    uint32_t seen = atomic_load(highest);
    while (seen < number &&
           !atomic_compare_exchange_weak(highest, &seen, number))
        continue;
}

static uint64_t epoch_bits(uint32_t id)
{
    return (uint64_t)(id >> TL_NUMBER_BITS) << TL_STATE_EPOCH_SHIFT;
}

/* The id of the tenant that a slot in this state has, or is to have next. */
static uint32_t id_of(uint64_t state, uint32_t number)
{
    uint32_t epoch = (uint32_t)(state >> TL_STATE_EPOCH_SHIFT);
    return (epoch ? epoch : 1) << TL_NUMBER_BITS | number;
}

/* The state of a claimed slot.  It names the claimer, since that may die right
 * after the claim. */
static uint64_t claimed(uint32_t id)
{
    uint64_t by = tl_self ? (uint64_t)tl_task_number(tl_self)
                                << TL_STATE_CREATOR_SHIFT
                          : (uint64_t)gettid() << TL_STATE_CLAIMER_SHIFT;
    return TL_TASK_STARTING | epoch_bits(id) | by;
}

static bool claim(struct tl_task *task, uint32_t number)
{
    /* acquire: sees the clean words that tl_tenancy_free left */
    uint64_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    if ((state & 0xff) != TL_TASK_FREE)
        return false;
    uint32_t id = id_of(state, number), unused = 0;
    /* before the claim, since the claimer may die right after it; all claimers
     * give a slot that was never used the same id */
    atomic_compare_exchange_strong(&task->id, &unused, id);
    if (!atomic_compare_exchange_strong(&task->state, &state, claimed(id)))
        return false;
    tl_fault();
    atomic_store(&task->forked, (uint64_t)id << 32);
    tl_fault();
    tl_life_prepare(task);
    task->waiter.task = number;
    return true;
}

static struct tl_task *claim_one_of(uint32_t from, uint32_t to)
{
    for (uint32_t n = from; n <= to; n++) {
        /* before the claim, so that whoever looks at all slots looks at every
         * claimed one */
        raise_highest(n);
        if (claim(tl_task_at(n), n)) {
            atomic_store(&tl_task_table()->next, n + 1);
            return tl_task_at(n);
        }
    }
    return NULL;
}

struct tl_task *tl_tenancy_claim(void)
{
    uint32_t last = tl_task_limit(), next = atomic_load(&tl_task_table()->next);
    if (tl_self)
        last -= tl_task_table()->spare;
    struct tl_task *task = claim_one_of(next ? next : 1, last);
    return task ? task : claim_one_of(1, next < last ? next : last);
}

static void free_from(uint32_t number)
{
    if (number < atomic_load(&tl_task_table()->next))
        atomic_store(&tl_task_table()->next, number);
}

static bool is_for(uint64_t state, uint32_t id)
{
    return (state & 0xff) == TL_TASK_STARTING && tl_task_state_is_of(state, id);
}

bool tl_tenancy_enter(struct tl_task *task, uint32_t id)
{
    uint64_t state;
    for (;;) {
        /* before its words are touched, which may be somebody else's by now */
        state = atomic_load(&task->state);
        if (!is_for(state, id))
            return false;
        if (tl_life_begin(task))
            break;
        /* the tenant before is between freeing the slot and its last
         * instruction, or one that came late looks at the state below; where
         * it is the next tenant, the state tells.  Not asleep on the word,
         * since the one wake would go to who watches the slot. */
        sched_yield();
    }
    if (!atomic_compare_exchange_strong(&task->state, &state,
                                        (state & ~UINT64_C(0xff)) |
                                            TL_TASK_RUNNING)) {
        tl_life_end(task);
        return false;
    }
    tl_task_become(task);
    atomic_store(&task->tid, (int32_t)gettid());
    atomic_store(&task->pid, (int32_t)getpid());
    return true;
}

static void clean(struct tl_task *task)
{
    atomic_store(&task->pid, 0);
    atomic_store(&task->inside, 0);
    atomic_store(&task->pending, 0);
    atomic_store(&task->person, 0);
    memset(&task->note, 0, sizeof task->note);
    memset(task->owned_blocks, 0, sizeof task->owned_blocks);
    atomic_store(&task->intent.operation, 0);
    atomic_store(&task->waiter.condition, 0);
    task->waiter.linked = 0;
    atomic_store(&task->waiters, 1);
    atomic_store(&task->park, TL_PARK_RUNNING);
    atomic_store(&task->waiting, 0);
    atomic_store(&task->sleeps, 0);
    atomic_store(&task->cells, 0);
    task->cells_full = 0;
    for (int i = 0; i < TL_GROUPS_MOST; i++)
        atomic_store(&task->groups[i].pid, 0);
    task->parent = 0;
    task->daemon = 0;
    task->process = 0;
    tl_task_unname(task);
    task->where[0] = '\0';
    task->far[0] = '\0';
}

void tl_tenancy_free(struct tl_task *task)
{
    clean(task);
    uint32_t id = (tl_task_id(task) + (1u << TL_NUMBER_BITS)) & TL_ID_MASK;
    if (id >> TL_NUMBER_BITS == 0)
        id += 1u << TL_NUMBER_BITS;
    atomic_store(&task->id, id);
    /* release: whoever claims the slot sees it clean */
    atomic_store_explicit(&task->state, TL_TASK_FREE | epoch_bits(id),
                          memory_order_release);
    free_from(tl_task_number(task));
}
