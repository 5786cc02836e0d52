#include "tasks/task.h"

#include <string.h>
#include <unistd.h>

#include "public/status.h"

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

struct tl_task *tl_task_in(unsigned arena)
{
    return selves[arena];
}

bool tl_task_is_known(unsigned arena)
{
    return (atomic_load(&known) >> arena & 1) && tl_arena_bases[arena];
}

uint32_t tl_task_id_in(unsigned arena)
{
    return selves[arena] ? tl_task_id(selves[arena]) : 0;
}

void tl_task_become(struct tl_task *task)
{
    tl_self = selves[tl_arena] = task;
    atomic_fetch_or(&known, 1u << tl_arena);
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

uint32_t tl_task_creator(const struct tl_task *task)
{
    return (uint32_t)atomic_load(&task->state) >> TL_STATE_CREATOR_SHIFT &
           TL_NUMBER_MASK;
}

bool tl_task_state_is_of(uint64_t state, uint32_t id)
{
    return state >> TL_STATE_EPOCH_SHIFT == id >> TL_NUMBER_BITS;
}

bool tl_task_leaving(const struct tl_task *task, uint32_t id)
{
    /* by the state alone, since the id changes before the slot is free */
    uint64_t state = atomic_load(&task->state);
    return (state & 0xff) == TL_TASK_LEAVING && tl_task_state_is_of(state, id);
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
