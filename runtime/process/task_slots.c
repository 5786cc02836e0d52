#include "process/task_slots.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/printable.h"
#include "process/inherit.h"
#include "store/cell.h"
#include "store/refs.h"
#include "tasks/tenancy.h"
#include "tasks/life.h"
#include "wait/deadlock_check.h"
#include "park/post.h"

static struct tl_task *claim(void)
{
    struct tl_task *task = tl_tenancy_claim();
    if (!task && tl_self && tl_life_sweep())
        task = tl_tenancy_claim();
    return task;
}

/* Whoever tells of tasks tells their names. */
static void name_task(struct tl_task *task, const struct tl_process *process)
{
    char name[TL_NAME_SIZE];
    memcpy(name, process->object.name, sizeof name);
    tl_printable_make(name);
    memcpy(task->name, name, sizeof task->name);
}

void tl_task_slots_tie(struct tl_task *task, struct tl_process *process,
                       const struct tl_task *parent)
{
    task->parent = parent ? tl_task_id(parent) : 0;
    /* a daemon's thread ends with it, so it can answer for no child either */
    task->daemon = atomic_load(&process->daemon) ||
                   (parent && parent->daemon && tl_process_is_thread(process));
    name_task(task, process);
    task->process = tl_offset(process);
    process->parent_task = task->parent;
    process->parent_pid = parent ? (int32_t)getpid() : 0;
    atomic_store(&process->task, tl_task_id(task));
}

static int take_at_home(struct tl_task *task, struct tl_process *process)
{
    tl_task_slots_tie(task, process, tl_self);
    tl_refs_set(&task->process_cell.ref, tl_offset(process));
    return TL_OK;
}

/* In a space, the slot has no process, but only the task's name. */
static int take_in_space(struct tl_task *task, const struct tl_process *process)
{
    task->parent = tl_task_id(tl_self);
    name_task(task, process);
    return TL_OK;
}

static int take(struct tl_task_slots *slots, struct tl_process *process,
                const struct tl_handle *const *given, size_t count)
{
    struct tl_task *task = claim();
    if (!task)
        return TL_NO_TASKS;
    slots->tasks[tl_arena] = task;
    slots->ids[tl_arena] = tl_task_id(task);
    int status = tl_arena == TL_HOME ? take_at_home(task, process)
                                     : take_in_space(task, process);
    return status < 0 ? status : tl_inherit(task, given, count);
}

int tl_task_slots_take(struct tl_task_slots *slots, struct tl_process *process,
                       const struct tl_handle *const *given, size_t count)
{
    int status = TL_OK;
    memset(slots, 0, sizeof *slots);
    slots->process = process;
    for (unsigned arena = 0; arena < TL_ARENAS && status == TL_OK; arena++) {
        if (!tl_task_is_in(arena))
            continue;
        tl_task_visit(arena);
        status = take(slots, process, given, count);
    }
    if (status < 0)
        tl_task_slots_give_back(slots);
    tl_task_visit(TL_HOME);
    return status;
}

int tl_task_slots_take_thread(struct tl_task_slots *slots,
                              struct tl_process *thread)
{
    memset(slots, 0, sizeof *slots);
    slots->process = thread;
    struct tl_task *task = claim();
    if (!task)
        return TL_NO_TASKS;
    slots->tasks[TL_HOME] = task;
    slots->ids[TL_HOME] = tl_task_id(task);
    return take_at_home(task, thread);
}

void tl_task_slots_give_back(struct tl_task_slots *slots)
{
    int error = errno;
    /* from now on a death of this task leaves the process as not started */
    atomic_store(&slots->process->task, 0);
    tl_fault();
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        struct tl_task *task = slots->tasks[arena];
        if (!task)
            continue;
        tl_task_visit(arena);
        task->process = 0;
        tl_fault();
        uint64_t state = atomic_load(&task->state);
        atomic_store(&task->state, (state & ~UINT64_C(0xff)) | TL_TASK_ABORTED);
        tl_upcalls->settle(task);
    }
    tl_task_visit(TL_HOME);
    errno = error;
}

void tl_task_slots_forked(const struct tl_task_slots *slots, pid_t pid)
{
    for (unsigned arena = 0; arena < TL_ARENAS; arena++)
        if (slots->tasks[arena])
            tl_task_forked(slots->tasks[arena], slots->ids[arena], pid);
}

bool tl_task_slots_enter(const struct tl_task_slots *slots)
{
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (!slots->tasks[arena])
            continue;
        tl_arena_go(arena);
        if (!tl_tenancy_enter(slots->tasks[arena], slots->ids[arena]))
            return false;
        tl_post_newcomer();
    }
    tl_task_visit(TL_HOME);
    return true;
}

void tl_task_slots_leave_here(void)
{
    struct tl_task *self = tl_self;
    uint64_t state = atomic_load(&self->state);
    atomic_store(&self->state, (state & ~UINT64_C(0xff)) | TL_TASK_LEAVING);
    tl_fault();
    tl_upcalls->settle(self);
    tl_deadlock_check_left();
    tl_life_end(self);
    tl_task_quit();
}

void tl_task_slots_leave(void)
{
    /* home last: whoever joins this task finds it gone from everywhere */
    for (unsigned arena = TL_ARENAS; arena-- > 0;) {
        if (!tl_task_is_in(arena))
            continue;
        tl_task_visit(arena);
        tl_task_slots_leave_here();
    }
}

int tl_task_slots_join(bool with_name)
{
    unsigned here = tl_arena;
    tl_task_visit(TL_HOME);
    char name[TL_NAME_SIZE];
    memcpy(name, tl_self->name, sizeof name);
    tl_task_visit(here);
    struct tl_task *task;
    do {
        task = claim();
        if (!task)
            return TL_NO_TASKS;
        tl_fault();
        if (with_name)
            memcpy(task->name, name, sizeof name);
        tl_fault();
        /* again, where a task that cannot see this process took it for dead */
    } while (!tl_tenancy_enter(task, tl_task_id(task)));
    tl_post_newcomer();
    tl_life_sweep();
    return TL_OK;
}
