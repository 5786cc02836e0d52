/*
 * Process end: what a process says of its own end, and how others learn of it.
 */
#include "process/process.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/procfs.h"
#include "base/world.h"
#include "park/idle.h"
#include "process/children.h"
#include "process/task_slots.h"
#include "store/handle.h"
#include "store/message.h"
#include "sync/cycle.h"
#include "trace/recording.h"
#include "wait/sleep.h"

#define LOOKS 50

static struct tl_process *process_of(const struct tl_handle *handle)
{
    return handle->object;
}

static struct tl_process *own_process(void)
{
    return tl_at(tl_self->process);
}

int tl_process_set_result(bool ok, const struct tl_message *m)
{
    int status = tl_enter_home(TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_process *process = own_process();
    if (!ok)
        tl_recording_failed();
    process->result_is = TL_RESULT_NONE;
    tl_fault();
    tl_message_drop(&process->result);
    /* an empty result takes no block, so it never fails for lack of memory */
    status = m->size ? tl_message_pack(&process->result, m) : TL_OK;
    if (status == TL_OK)
        process->result_is = ok ? TL_RESULT_OK : TL_RESULT_ERROR; /* commit */
    process->lost = status;
    tl_fault();
    return status;
}

void tl_process_lose_result(int status)
{
    if (tl_enter_home(TL_OP_NONE) == TL_OK)
        own_process()->lost = status;
}

int tl_process_lost(const struct tl_handle *handle)
{
    const struct tl_process *process = process_of(handle);
    return process->result_is == TL_RESULT_NONE ? process->lost : TL_OK;
}

static void set_status(struct tl_process *process, unsigned status)
{
    uint32_t unknown = 0;
    atomic_compare_exchange_strong(&process->status, &unknown,
                                   TL_STATUS_KNOWN | status);
}

void tl_process_finish(int exitcode)
{
    if (tl_enter_home(TL_OP_NONE) < 0)
        return;
    struct tl_process *process = own_process();
    tl_recording_ended(exitcode);
    if (!tl_process_is_thread(process))
        tl_upcalls->ends();
    set_status(process, ((unsigned)exitcode & 0xff) << 8);
    /* only now: whoever finds no status asks `owner` for it */
    tl_refs_drop(&process->owner);
    tl_task_slots_leave();
    tl_world_left();
    tl_due_set(TL_DUE_FOREIGN);
}

/* How a zombie ended, for a task that is not its parent. */
static bool status_of_zombie(pid_t pid, unsigned *status)
{
    struct tl_procfs stat;
    if (!tl_procfs_read(pid, &stat) || (stat.state != 'Z' && stat.state != 'X'))
        return false;
    *status = stat.exit_status;
    return true;
}

static bool is_parent(const struct tl_process *process)
{
    return tl_self && process->parent_pid == (int32_t)getpid() &&
           process->parent_task == tl_task_id(tl_self);
}

/* In a simulation all find at once how it ended, also where somebody outside of
 * the program has reaped it. */
static bool status_of_dead(const struct tl_process *process, unsigned *status)
{
    pid_t pid = atomic_load(&process->pid);
    *status = (unsigned)tl_world_ended_by(pid);
    return *status || (!is_parent(process) && status_of_zombie(pid, status));
}

/* Its parent reaps it later, and the slot may be another's by then.  Between
 * the end of its life and that, the kernel needs a moment. */
static void record_death(const struct tl_process *process,
                         const struct tl_task *task)
{
    unsigned status = atomic_load(&process->status);
    pid_t pid = atomic_load(&process->pid);
    if (!tl_recording_is_here() || tl_arena != TL_HOME)
        return;
    if (!status && !status_of_dead(process, &status))
        for (int looks = 0; looks < LOOKS && !status_of_zombie(pid, &status);
             looks++)
            tl_clock_pause(TL_MILLISECOND);
    tl_recording_dead(task, (int)(status & 0x7f));
}

void tl_process_ended(struct tl_process *process, const struct tl_task *task)
{
    unsigned status;
    if (atomic_load(&process->task) != tl_task_id(task))
        return;
    if (task != tl_self && !atomic_load(&process->status) &&
        status_of_dead(process, &status))
        set_status(process, status);
    if (task != tl_self)
        record_death(process, task);
    atomic_store(&process->state, TL_PROCESS_ENDED); /* commit */
    tl_fault();
    tl_wake(&process->ended, TL_WAKE_ALL);
}

/* A thread that left no status was killed with its process.  The kernel ends
 * the process's other threads at the same time, and then the process's status
 * is the thread's. */
static void await_owner(struct tl_process *thread, tl_deadline deadline)
{
    if (atomic_load(&thread->status) == 0 && thread->owner)
        tl_process_await(
            (struct tl_process *)tl_ref_object(thread->owner),
            tl_clock_earlier(deadline, tl_clock_now() + TL_SECOND));
}

/* Waits until a thread of this process, which has ended, has freed its slot, so
 * that whoever has joined it can use the slot.  That takes the thread a few
 * instructions more. */
static void await_slot(struct tl_process *process, tl_deadline deadline)
{
    uint32_t id = atomic_load(&process->task);
    if (tl_process_is_thread(process) && process->parent_pid == getpid())
        while (tl_task_leaving(tl_task_of(id), id) &&
               (deadline == TL_NOW || !tl_clock_passed(deadline)))
            tl_sleep_pause();
}

/* The deadline, or a moment from now where it is over: the kernel needs that
 * for a process that was killed, and else a join that finds it ended would not
 * know how. */
static tl_deadline some_breath(const struct tl_process *process,
                               tl_deadline deadline)
{
    tl_deadline least = tl_clock_now() + TL_PROCESS_BREATH;
    return atomic_load(&process->status) || deadline > least ? deadline : least;
}

/* The process has ended, and the join succeeds whatever comes.  It waits until
 * the kernel has done with the process: only then is the pid free, and known
 * how the process ended if it was killed. */
static int await_last_breath(struct tl_process *process, tl_deadline deadline)
{
    int status = tl_children_await(process, some_breath(process, deadline));
    await_owner(process, deadline);
    await_slot(process, deadline);
    return status == TL_TIMEOUT ? TL_OK : status;
}

typedef int wait_verb(struct tl_wait_queue *condition,
                      const _Atomic uint64_t *word, uint64_t seen,
                      tl_deadline deadline);

static int await_end(struct tl_process *process, wait_verb *wait,
                     tl_deadline deadline)
{
    for (;;) {
        uint64_t state = atomic_load(&process->state);
        if (state == TL_PROCESS_NEW)
            return TL_NOT_STARTED;
        if (state == TL_PROCESS_ENDED)
            break;
        if (atomic_load(&process->task) == tl_task_id(tl_self))
            return TL_SELF;
        int status = wait(&process->ended, &process->state, state, deadline);
        if (status < 0)
            return status;
    }
    return await_last_breath(process, deadline);
}

int tl_process_await(struct tl_process *process, tl_deadline deadline)
{
    return await_end(process, tl_wait, deadline);
}

static int join(const struct tl_handle *handle, enum tl_operation operation,
                tl_deadline deadline)
{
    int status = tl_enter(handle, operation);
    return status < 0 ? status
                      : await_end(process_of(handle), tl_cycle_wait, deadline);
}

int tl_process_join(const struct tl_handle *handle, tl_deadline deadline)
{
    return join(handle, TL_OP_PROCESS_JOIN, deadline);
}

/* Whether the ended process is this thread's child, and how it ended is about
 * to be known. */
static bool how_is_coming(const struct tl_process *process)
{
    return atomic_load(&process->status) == 0 && tl_children_has(process) &&
           !tl_process_is_thread(process);
}

int tl_process_result(const struct tl_handle *handle, bool *ok,
                      struct tl_parcel *parcel, tl_deadline deadline)
{
    int status = join(handle, TL_OP_PROCESS_RESULT, deadline);
    if (status < 0)
        return status;
    struct tl_process *process = process_of(handle);
    if (process->result_is == TL_RESULT_NONE)
        return how_is_coming(process) ? TL_TIMEOUT : TL_EMPTY;
    *ok = process->result_is == TL_RESULT_OK;
    if (process->result)
        tl_message_show(process->result, parcel);
    else
        *parcel = (struct tl_parcel){.data = parcel->small};
    return TL_OK;
}
