#include "task.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "death.h"
#include "insight/fault.h"
#include "status.h"

_Thread_local struct tl_task *tl_self;
static _Thread_local struct tl_task *selves[TL_ARENAS];
static _Atomic unsigned known; /* arenas, as bits */

int tl_task_table_make(uint32_t limit, uint32_t spare)
{
    limit += spare;
    struct tl_task_table *table = tl_arena_carve(
        TL_REGION_TASKS,
        sizeof *table + (limit + 1) * (uint64_t)sizeof *table->slots);
    if (!table)
        return TL_NO_MEMORY;
    table->limit = limit;
    table->spare = spare;
    return TL_OK;
}

void tl_task_visit(unsigned arena)
{
    tl_arena_go(arena);
    tl_self = selves[arena];
}

bool tl_task_is_in(unsigned arena)
{
    return selves[arena] != NULL;
}

bool tl_task_is_known(unsigned arena)
{
    return (atomic_load(&known) >> arena & 1) && tl_arena_bases[arena];
}

uint32_t tl_task_id_in(unsigned arena)
{
    return selves[arena] ? tl_task_id(selves[arena]) : 0;
}

void tl_task_quit(void)
{
    tl_self = selves[tl_arena] = NULL;
}

void tl_task_quit_all(void)
{
    memset(selves, 0, sizeof selves);
    tl_self = NULL;
}

static void raise_highest(uint32_t number)
{
    _Atomic uint32_t *highest = &tl_task_table()->highest;
    uint32_t seen = atomic_load(highest);
    while (seen < number &&
           !atomic_compare_exchange_weak(highest, &seen, number))
        continue;
}

#define CREATOR_SHIFT 8
#define CLAIMER_SHIFT 20 /* a tid has at most 22 bits: PID_MAX_LIMIT */
#define EPOCH_SHIFT 42

static uint64_t epoch_bits(uint32_t id)
{
    return (uint64_t)(id >> TL_NUMBER_BITS) << EPOCH_SHIFT;
}

/* Of the tenant that a slot in this state has, or is to have next. */
static uint32_t id_of(uint64_t state, uint32_t number)
{
    uint32_t epoch = (uint32_t)(state >> EPOCH_SHIFT);
    return (epoch ? epoch : 1) << TL_NUMBER_BITS | number;
}

/* In one store with the claim: whoever dies right after it has said who it
 * was. */
static uint64_t claimed(uint32_t id)
{
    uint64_t by = tl_self ? (uint64_t)tl_task_number(tl_self) << CREATOR_SHIFT
                          : (uint64_t)gettid() << CLAIMER_SHIFT;
    return TL_TASK_STARTING | epoch_bits(id) | by;
}

static bool claim(struct tl_task *task, uint32_t number)
{
    /* acquire: sees the clean words that tl_task_free left */
    uint64_t state = atomic_load_explicit(&task->state, memory_order_acquire);
    if ((state & 0xff) != TL_TASK_FREE)
        return false;
    uint32_t id = id_of(state, number), unused = 0;
    /* before the claim, since its maker may die right after it; a slot that
     * was never used gets the same from everybody */
    atomic_compare_exchange_strong(&task->id, &unused, id);
    if (!atomic_compare_exchange_strong(&task->state, &state, claimed(id)))
        return false;
    tl_fault();
    atomic_store(&task->forked, (uint64_t)id << 32);
    tl_fault();
    tl_death_prepare(task);
    task->waiter.task = number;
    return true;
}

static struct tl_task *claim_one_of(uint32_t from, uint32_t to)
{
    for (uint32_t n = from; n <= to; n++) {
        /* raised before the claim: a slot that is taken is always looked at */
        raise_highest(n);
        if (claim(tl_task_at(n), n)) {
            atomic_store(&tl_task_table()->next, n + 1);
            return tl_task_at(n);
        }
    }
    return NULL;
}

struct tl_task *tl_task_claim(void)
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

uint32_t tl_task_creator(const struct tl_task *task)
{
    return (uint32_t)atomic_load(&task->state) >> CREATOR_SHIFT &
           TL_NUMBER_MASK;
}

static bool is_of_epoch(uint64_t state, uint32_t id)
{
    return state >> EPOCH_SHIFT == id >> TL_NUMBER_BITS;
}

static bool is_for(uint64_t state, uint32_t id)
{
    return (state & 0xff) == TL_TASK_STARTING && is_of_epoch(state, id);
}

bool tl_task_state_is_of(uint64_t state, uint32_t id)
{
    return is_of_epoch(state, id);
}

bool tl_task_leaving(const struct tl_task *task, uint32_t id)
{
    /* by the state alone, since the id changes before the slot is free */
    uint64_t state = atomic_load(&task->state);
    return (state & 0xff) == TL_TASK_LEAVING && is_of_epoch(state, id);
}

bool tl_task_enter(struct tl_task *task, uint32_t id)
{
    uint64_t state;
    for (;;) {
        /* before its words are touched, which may be somebody else's by now */
        state = atomic_load(&task->state);
        if (!is_for(state, id))
            return false;
        if (tl_death_begin(task))
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
        tl_death_end(task);
        return false;
    }
    tl_self = selves[tl_arena] = task;
    atomic_fetch_or(&known, 1u << tl_arena);
    atomic_store(&task->tid, (int32_t)gettid());
    atomic_store(&task->pid, (int32_t)getpid());
    return true;
}

pid_t tl_task_pid(const struct tl_task *task)
{
    pid_t pid = atomic_load(&task->pid);
    uint64_t forked = atomic_load(&task->forked);
    if (!pid && forked >> 32 == tl_task_id(task))
        pid = (pid_t)(forked & UINT32_MAX);
    return pid;
}

void tl_task_forked(struct tl_task *task, uint32_t id, pid_t pid)
{
    uint64_t untold = (uint64_t)id << 32;
    atomic_compare_exchange_strong(&task->forked, &untold,
                                   untold | (uint32_t)pid);
}

static void clean(struct tl_task *task)
{
    atomic_store(&task->pid, 0);
    atomic_store(&task->inside, 0);
    atomic_store(&task->pending, 0);
    atomic_store(&task->person, 0);
    memset(&task->note, 0, sizeof task->note);
    memset(task->carrying, 0, sizeof task->carrying);
    atomic_store(&task->waiter.condition, 0);
    task->waiter.linked = 0;
    atomic_store(&task->waiters, 1);
    atomic_store(&task->park, TL_PARK_RUNNING);
    atomic_store(&task->waiting, 0);
    atomic_store(&task->sleeps, 0);
    atomic_store(&task->cells, 0);
    task->cells_full = 0;
    task->parent = 0;
    task->daemon = 0;
    task->process = 0;
    task->name[0] = '\0';
    task->where[0] = '\0';
}

void tl_task_free(struct tl_task *task)
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
