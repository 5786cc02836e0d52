/*
 * Process signal: sends a signal to a process, and to no other that has its pid
 * by now.
 *
 * The pid of a child that this thread has not reaped is still the child's.  For
 * any other process it opens a pidfd first: if the process's task is alive
 * after that, it was alive all the time, and the pidfd names it.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/world.h"
#include "park/park.h"
#include "process/children.h"
#include "process/process.h"
#include "store/handle.h"
#include "tasks/life.h"
#include "tasks/pidfd.h"
#include "tidelock.h"
#include "wait/checkpoint.h"
#include "wait/sleep.h"

bool tl_process_is_alive(struct tl_process *process)
{
    if (atomic_load(&process->state) != TL_PROCESS_STARTED)
        return false;
    uint32_t id = atomic_load(&process->task);
    struct tl_task *task = tl_task_of(id);
    if (tl_task_id(task) == id && tl_life_has_ended(task))
        tl_upcalls->settle(task);
    return atomic_load(&process->state) == TL_PROCESS_STARTED;
}

/* Waits until the pid is known: from the starter, when it is back from the
 * fork, or from the process itself.  A kill of 0 would go to this process's
 * whole group.  Returns 0 where the process has ended, or was not started. */
static pid_t pid_of(struct tl_process *process)
{
    pid_t pid;
    while ((pid = atomic_load(&process->pid)) == 0 &&
           tl_process_is_alive(process)) {
        tl_life_sweep(); /* the starter may be dead */
        tl_sleep_pause();
    }
    return pid;
}

static int outcome(int result)
{
    if (result == 0)
        return TL_OK;
    return errno == ESRCH ? TL_ENDED : TL_SYSTEM;
}

int tl_process_send(struct tl_process *process, pid_t pid, int signal)
{
    if (tl_process_is_alive(process) && tl_world_signal(pid, signal))
        return TL_OK;
    int pidfd = tl_children_has(process) ? -1 : tl_pidfd_open(pid);
    int status = tl_process_is_alive(process)
                     ? outcome(tl_pidfd_signal(pidfd, pid, signal))
                     : TL_ENDED;
    tl_pidfd_close(pidfd);
    return status;
}

static enum tl_operation operation_of(int signal)
{
    return signal == SIGKILL   ? TL_OP_PROCESS_KILL
           : signal == SIGTERM ? TL_OP_PROCESS_TERMINATE
                               : TL_OP_PROCESS_SIGNAL;
}

int tl_process_signal(const struct tl_handle *handle, int signal)
{
    return tl_process_signal_as(handle, operation_of(signal), signal);
}

int tl_process_signal_as(const struct tl_handle *handle,
                         enum tl_operation operation, int signal)
{
    int status = tl_enter(handle, operation);
    if (status < 0)
        return status;
    struct tl_process *process = handle->object;
    if (tl_process_is_thread(process))
        return TL_IS_THREAD;
    if (atomic_load(&process->state) == TL_PROCESS_NEW)
        return TL_NOT_STARTED;
    pid_t pid = pid_of(process);
    if (pid == 0)
        return atomic_load(&process->state) == TL_PROCESS_NEW ? TL_NOT_STARTED
                                                              : TL_ENDED;
    return tl_process_send(process, pid, signal);
}

int tl_process_on_signal(void)
{
    if (tl_arena != TL_HOME)
        tl_task_visit(TL_HOME);
    const void *process = tl_self ? tl_at(tl_self->process) : NULL;
    return tl_checkpoint_at(TL_OP_PROCESS_ON_SIGNAL, process, TL_INTENT_ALL);
}
