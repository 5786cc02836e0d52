/*
 * Family: a task's relatives, and the end of a task that has children.
 */
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "commands/command.h"
#include "process/children.h"
#include "process/process.h"
#include "program/recover.h"
#include "store/handle.h"
#include "tasks/life.h"
#include "tasks/pidfd.h"
#include "wait/descriptor.h"

/* How long the end of a task waits for what it has still to send. */
#define LINGER (5 * TL_SECOND)

int tl_process_current(struct tl_handle *out)
{
    int status = tl_enter_home(TL_OP_NONE);
    if (status < 0)
        return status;
    struct tl_process *process = tl_at(tl_self->process);
    return tl_handle_make(out, &process->object, 0, false);
}

int tl_process_parent(struct tl_handle *out)
{
    int status = tl_enter_home(TL_OP_PARENT);
    if (status < 0)
        return status;
    uint32_t id = tl_self->parent;
    if (id == 0 || !tl_life_goes_on(id))
        return TL_EMPTY;
    status = tl_handle_borrow(out, &tl_task_of(id)->process_cell.ref);
    if (status < 0)
        return status;
    /* the parent may have ended meanwhile, and its slot have another tenant */
    const struct tl_process *process = out->object;
    if (atomic_load(&process->task) == id)
        return TL_OK;
    tl_handle_close(out);
    return TL_EMPTY;
}

int tl_process_child(struct tl_handle *out, size_t i)
{
    int status = tl_enter_home(i == 0 ? TL_OP_CHILDREN : TL_OP_NONE);
    if (status < 0)
        return status;
    tl_process_reap();
    struct tl_process *process = tl_children_at(i);
    return process ? tl_handle_make(out, &process->object, 0, false) : TL_EMPTY;
}

static tl_deadline in(int64_t time)
{
    return tl_clock_now() + time;
}

static void signal_daemons(int signal)
{
    struct tl_process *process;
    for (size_t i = 0; (process = tl_children_at(i));) {
        if (atomic_load(&process->daemon) && !tl_process_is_thread(process)) {
            pid_t pid = atomic_load(&process->pid);
            if (tl_process_send(process, pid, signal) == TL_OK)
                tl_process_send(process, pid, SIGCONT);
        }
        /* else it was found to have ended, and the next is the i-th now */
        i += tl_children_at(i) == process;
    }
}

void (*tl_stopped_hook)(const char *name, pid_t pid);

static bool is_stopped(pid_t pid)
{
    struct tl_procfs stat;
    return pid > 0 && tl_procfs_read(pid, &stat) && stat.state == 'T';
}

/* One that is stopped, as by suspend, does not end before somebody lets it go
 * on: which is told, once it has lasted.  TL_TIMEOUT: it is to be waited for.
 */
static int await_stopped(struct tl_process *process)
{
    pid_t pid = atomic_load(&process->pid);
    if (!tl_stopped_hook || tl_process_is_thread(process) || !is_stopped(pid))
        return TL_TIMEOUT;
    int status = tl_process_await(process, in(TL_SECOND));
    if (status == TL_TIMEOUT && is_stopped(pid))
        tl_stopped_hook(process->object.name, pid);
    return status;
}

static int await_children(bool daemons, tl_deadline deadline)
{
    struct tl_process *process;
    for (size_t i = 0; (process = tl_children_at(i));) {
        if (!!atomic_load(&process->daemon) != daemons ||
            (daemons && tl_process_is_thread(process))) {
            i++;
            continue;
        }
        int status =
            tl_checkpoint_at(TL_OP_PROCESS_JOIN, process, TL_INTENT_ALL);
        if (status == TL_OK)
            status = daemons ? TL_TIMEOUT : await_stopped(process);
        if (status == TL_TIMEOUT)
            status = tl_process_await(process, deadline);
        if (status < 0)
            return status;
    }
    return TL_OK;
}

void (*tl_held_hook)(void);

/* A child may wait for what this task has not given back, and nobody else will.
 * What the main script forgets is told, as a deadlock. */
static void pass_on_held(void)
{
    if (!tl_self->parent || !tl_children_at(0))
        return;
    tl_recover_held();
    if (tl_held_hook)
        tl_held_hook();
}

int tl_main_end(void)
{
    int status = tl_enter_home(TL_OP_END);
    if (status < 0)
        return status;
    tl_commands_close();
    /* no callbacks from here on, which could start another for a daemon that
     * ends */
    tl_idle_due = tl_idle_due_last;
    signal_daemons(SIGTERM);
    status = await_children(true, in(TL_SECOND));
    if (status == TL_TIMEOUT) {
        signal_daemons(SIGKILL);
        status = await_children(true, TL_FOREVER);
    }
    if (status == TL_OK)
        pass_on_held();
    if (status == TL_OK)
        status = await_children(false, TL_FOREVER);
    if (status == TL_OK)
        status = tl_commands_await();
    if (status == TL_OK)
        tl_descriptor_finish(in(LINGER));
    return status;
}

/* ---- the end of all ---- */

/* Kills who is in the slot; false: nobody is, or is any more.  A process is
 * looked for until the kernel has done with it, which is after its life is
 * over.  By then its pid may be somebody else's: who is dead is not killed. */
static bool end(struct tl_task *task)
{
    pid_t pid = tl_task_pid(task);
    /* one without a name has only come to look */
    if (!tl_task_taken(task) || !tl_task_is_named(task) || pid == getpid())
        return false;
    if (pid == 0)
        return tl_life_forestall(task);
    /* once it is dead, another may give its slot away */
    tl_command_groups_note(task);
    int pidfd = tl_pidfd_open(pid);
    if (!tl_life_has_ended(task) && tl_task_pid(task) == pid)
        tl_pidfd_signal(pidfd, pid, SIGKILL);
    tl_pidfd_close(pidfd);
    tl_command_groups_take(task);
    return !tl_procfs_gone(pid);
}

static bool end_others(void)
{
    bool found = false;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        found |= end(tl_task_at(n));
    /* last: a child whose slot was given up has no other place */
    return tl_children_remain() || found;
}

void tl_family_end(void)
{
    static volatile sig_atomic_t waiting;
    if (!tl_task_is_known(TL_HOME))
        return;
    tl_task_visit(TL_HOME);
    tl_process_start_no_more();
    tl_command_groups_end();
    tl_simulate_flush();
    int64_t limit = tl_clock_real() + TL_SECOND;
    bool before = true, found = end_others();
    if (waiting) { /* a signal more: somebody does not want to wait */
        tl_command_groups_kill();
        return;
    }
    waiting = 1;
    /* twice in vain: whom one that dies has forked meanwhile may have come to a
     * slot where nobody was */
    while ((before || found) && tl_clock_real() < limit) {
        if (found)
            tl_clock_pause(TL_MILLISECOND);
        before = found;
        found = end_others();
    }
    while (tl_command_groups_remain() && tl_clock_real() < limit)
        tl_clock_pause(TL_MILLISECOND);
    tl_command_groups_kill();
    waiting = 0;
}
