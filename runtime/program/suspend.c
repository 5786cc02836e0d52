/*
 * Suspend: stops a process, at a moment when no other task depends on it.
 */
#include <signal.h>
#include <unistd.h>

#include "base/procfs.h"
#include "park/park.h"
#include "park/post.h"
#include "process/process.h"
#include "space/foreign_spaces.h"
#include "store/handle.h"
#include "tasks/life.h"
#include "wait/sleep.h"

/* Whether the task of this id settles the debts of a dead one. */
static bool settles(uint32_t id)
{
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        if (atomic_load(&tl_task_at(n)->cleaner) == id)
            return true;
    return false;
}

/* In this arena: whether others may wait for the process to go on. */
static bool holds_up_here(pid_t pid)
{
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++) {
        struct tl_task *task = tl_task_at(n);
        if (tl_task_taken(task) && tl_task_pid(task) == pid &&
            (atomic_load(&task->inside) != 0 || settles(tl_task_id(task))))
            return true;
    }
    return false;
}

static bool holds_up(pid_t pid)
{
    bool found = false;
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (tl_task_is_in(arena)) {
            tl_task_visit(arena);
            found = found || holds_up_here(pid);
        }
    }
    tl_task_visit(TL_HOME);
    return found || tl_foreign_spaces_any(pid, holds_up_here);
}

/* Takes the posts of the process's tasks, and calls all others: a stopped task
 * watches nobody, and wakes nobody. */
static bool call_all_here(pid_t pid)
{
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        if (tl_task_pid(tl_task_at(n)) == pid)
            tl_post_dismiss(tl_task_at(n));
    tl_park_call_all();
    return false; /* and in the next */
}

/* So that nobody waits for a wake that the process was about to give. */
static void call_everybody(pid_t pid)
{
    for (unsigned arena = 0; arena < TL_ARENAS; arena++) {
        if (tl_task_is_in(arena)) {
            tl_task_visit(arena);
            call_all_here(pid);
        }
    }
    tl_task_visit(TL_HOME);
    tl_foreign_spaces_any(pid, call_all_here);
}

int tl_process_suspend(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_PROCESS_SUSPEND);
    if (status < 0)
        return status;
    struct tl_process *process = handle->object;
    if (tl_process_is_thread(process))
        return TL_IS_THREAD;
    if (atomic_load(&process->pid) == getpid())
        return TL_SELF;
    while ((status = tl_process_signal_as(handle, TL_OP_NONE, SIGSTOP)) ==
           TL_OK) {
        pid_t pid = atomic_load(&process->pid);
        /* again and again, since another may resume it meanwhile */
        while (status == TL_OK && tl_procfs_runs(pid)) {
            tl_sleep_pause();
            status = tl_process_signal_as(handle, TL_OP_NONE, SIGSTOP);
        }
        if (status < 0)
            break;
        if (!holds_up(pid)) {
            call_everybody(pid);
            return TL_OK;
        }
        tl_process_signal_as(handle, TL_OP_NONE, SIGCONT);
        tl_sleep_pause();
    }
    return status;
}

int tl_process_resume(const struct tl_handle *handle)
{
    return tl_process_signal_as(handle, TL_OP_PROCESS_RESUME, SIGCONT);
}
