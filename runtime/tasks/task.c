#include "task.h"

#include <string.h>
#include <unistd.h>

#include "death.h"
#include "status.h"

struct tl_task *tl_tasks;
uint32_t tl_task_limit;
_Thread_local struct tl_task *tl_self;

static _Atomic uint32_t *highest;

int tl_task_table_make(uint32_t limit)
{
    highest = tl_arena_carve(sizeof *highest);
    tl_tasks = tl_arena_carve((limit + 1) * (uint64_t)sizeof *tl_tasks);
    if (!highest || !tl_tasks)
        return TL_NO_MEMORY;
    tl_task_limit = limit;
    return TL_OK;
}

uint32_t tl_task_highest(void)
{
    return atomic_load_explicit(highest, memory_order_acquire);
}

static void raise_highest(uint32_t number)
{
    uint32_t seen = atomic_load(highest);
    while (seen < number && !atomic_compare_exchange_weak(highest, &seen, number))
        continue;
}

static bool claim(struct tl_task *task, uint32_t number)
{
    uint32_t creator = tl_self ? tl_task_number(tl_self) : 0;
    uint32_t state = TL_TASK_FREE;
    /* acquire: sees the clean words that tl_task_free left */
    if (!atomic_compare_exchange_strong_explicit(
            &task->state, &state, TL_TASK_STARTING | creator << 8,
            memory_order_acquire, memory_order_relaxed))
        return false;
    if (tl_task_id(task) == 0)
        atomic_store(&task->id, 1u << TL_NUMBER_BITS | number);
    task->waiter.task = number;
    return true;
}

struct tl_task *tl_task_claim(void)
{
    for (uint32_t n = 1; n <= tl_task_limit; n++) {
        /* raised before the claim: a slot that is taken is always looked at */
        raise_highest(n);
        if (tl_task_state(&tl_tasks[n]) == TL_TASK_FREE &&
            claim(&tl_tasks[n], n))
            return &tl_tasks[n];
    }
    return NULL;
}

uint32_t tl_task_creator(const struct tl_task *task)
{
    return atomic_load(&task->state) >> 8;
}

bool tl_task_enter(struct tl_task *task)
{
    tl_self = task;
    atomic_store(&task->pid, (int32_t)getpid());
    tl_death_begin(task);
    uint32_t state = atomic_load(&task->state);
    uint32_t running = (state & ~0xffu) | TL_TASK_RUNNING;
    if ((state & 0xff) == TL_TASK_STARTING &&
        atomic_compare_exchange_strong(&task->state, &state, running))
        return true;
    tl_death_end(task);
    tl_self = NULL;
    return false;
}

static void clean(struct tl_task *task)
{
    atomic_store(&task->pid, 0);
    atomic_store(&task->inside, 0);
    atomic_store(&task->pending, 0);
    memset(&task->note, 0, sizeof task->note);
    memset(task->carrying, 0, sizeof task->carrying);
    atomic_store(&task->waiter.condition, 0);
    task->waiter.linked = 0;
    atomic_store(&task->park, TL_PARK_RUNNING);
    atomic_store(&task->waiting, 0);
    atomic_store(&task->sleeps, 0);
    atomic_store(&task->cells, 0);
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
    atomic_store(&task->cleaner, 0);
    /* release: whoever claims the slot sees it clean */
    atomic_store_explicit(&task->state, TL_TASK_FREE, memory_order_release);
}
