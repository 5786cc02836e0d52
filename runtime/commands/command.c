#include "commands/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/procfs.h"
#include "commands/exec.h"
#include "commands/redirect.h"
#include "store/handle.h"
#include "tasks/pidfd.h"
#include "tasks/process_lock.h"
#include "tasks/task.h"
#include "wait/sleep.h"

static struct tl_command *commands;

/* ---- the list ---- */

/* This task's next command after one of them, or its first.  All threads share
 * the list, but a command stays in it until its own task takes it out. */
static struct tl_command *own_after(const struct tl_command *command)
{
    uint32_t id = tl_task_id(tl_self);
    tl_process_lock_take();
    struct tl_command *next = command ? command->next : commands;
    while (next && next->owner != id)
        next = next->next;
    tl_process_lock_drop();
    return next;
}

static void list(struct tl_command *command)
{
    command->next = commands;
    commands = command;
}

static void unlist(const struct tl_command *command)
{
    tl_process_lock_take();
    struct tl_command **link = &commands;
    while (*link && *link != command)
        link = &(*link)->next;
    if (*link)
        *link = command->next;
    tl_process_lock_drop();
}

/* ---- starting ---- */

static void set_name(struct tl_command *command,
                     const struct tl_command_options *options)
{
    const char *program = options->arguments[0];
    const char *slash = strrchr(program, '/');
    snprintf(command->name, sizeof command->name, "%s",
             options->name ? options->name
             : slash       ? slash + 1
                           : program);
}

static void adopt(struct tl_command *command,
                  const struct tl_redirect_plan *plan)
{
    command->owner = tl_task_id(tl_self);
    command->pidfd = tl_pidfd_open(command->pid);
    for (int i = 0; i < TL_COMMAND_STREAMS; i++)
        if (plan->ours[i] >= 0)
            tl_pipe_buffer_open(&command->flows[i], plan->ours[i]);
    if (command->group)
        tl_command_group_add(command->pid);
    list(command);
}

/* Under the process lock, so that forks of other threads wait until the
 * descriptors are listed, or gone.  A child would keep its copies for as long
 * as it lives, and the start waits for one of these pipes to end. */
static int start(struct tl_command *command,
                 const struct tl_command_options *options,
                 enum tl_command_step *step)
{
    struct tl_redirect_plan plan;
    tl_process_lock_take();
    int status = tl_redirect_plan(&plan, options);
    if (status == TL_OK) {
        struct tl_exec spawn = {.arguments = options->arguments,
                                .environment = options->environment,
                                .folder = options->folder,
                                .group = options->group,
                                .joins = options->joins};
        memcpy(spawn.descriptors, plan.theirs, sizeof plan.theirs);
        status = tl_exec(&spawn, &command->pid, step);
    }
    int error = errno;
    tl_redirect_settle(&plan, status == TL_OK);
    if (status == TL_OK)
        adopt(command, &plan);
    tl_process_lock_drop();
    tl_redirect_give(&plan, options, status == TL_OK);
    errno = error;
    return status;
}

int tl_command_new(struct tl_command **out,
                   const struct tl_command_options *options,
                   enum tl_command_step *step)
{
    int status = tl_enter_home(TL_OP_COMMAND_START);
    if (status < 0)
        return status;
    *step = TL_COMMAND_PREPARE;
    tl_process_reap();
    struct tl_command *command = calloc(1, sizeof *command);
    if (!command)
        return TL_SYSTEM;
    set_name(command, options);
    command->group = options->group;
    status = start(command, options, step);
    if (status < 0) {
        int error = errno;
        free(command);
        errno = error;
        return status;
    }
    *out = command;
    return TL_OK;
}

/* ---- the end ---- */

int tl_command_fd(struct tl_command *command)
{
    int status = tl_command_enter(command, TL_OP_NONE);
    if (status < 0)
        return status;
    if (tl_pollable_is_open(&command->pollable))
        return command->pollable.set;
    if (!tl_command_look(command) && command->pidfd < 0) {
        errno = ENOSYS;
        return TL_SYSTEM;
    }
    int fd = tl_pollable_open(&command->pollable);
    tl_pollable_add(&command->pollable, command->pidfd);
    tl_pollable_say(&command->pollable, command->ended);
    return fd;
}

static void close_flows(struct tl_command *command)
{
    for (int i = 0; i < TL_COMMAND_STREAMS; i++)
        tl_pipe_buffer_close(&command->flows[i]);
}

/* The leader of a group stays while others are in it: they are to hear of the
 * program's end. */
static bool is_done_with(struct tl_command *command)
{
    return tl_command_look(command) &&
           (!command->group || command->reaped ||
            tl_command_group_is_empty(command->pid));
}

void tl_command_drop(struct tl_command *command)
{
    tl_pollable_close(&command->pollable);
    if (command->owner == 0) {
        free(command);
        return;
    }
    if (tl_command_enter(command, TL_OP_NONE) < 0)
        return;
    close_flows(command);
    command->dropped = true;
    if (is_done_with(command)) {
        tl_command_bury(command);
        unlist(command);
        free(command);
        return;
    }
    /* one that nobody waits for may run for long, and there may be many */
    tl_command_shut_pidfd(command);
}

void tl_commands_reap(void)
{
    struct tl_command *command = own_after(NULL);
    while (command) {
        struct tl_command *next = own_after(command);
        if (tl_command_look(command) && command->dropped &&
            is_done_with(command)) {
            tl_command_bury(command);
            unlist(command);
            free(command);
        }
        command = next;
    }
}

void tl_commands_close(void)
{
    for (struct tl_command *command = own_after(NULL); command;
         command = own_after(command))
        close_flows(command);
}

static int signal_to(struct tl_command *command, int signal)
{
    /* until it is reaped, its pid is nobody else's */
    bool ended = tl_command_look(command);
    if (command->group ? command->reaped : ended)
        return TL_ENDED;
    pid_t whom = command->group ? -command->pid : command->pid;
    return kill(whom, signal) == 0 ? TL_OK : TL_SYSTEM;
}

/* Whether somebody is in the group of a command, all of which have ended. */
static bool groups_remain(void)
{
    for (struct tl_command *command = own_after(NULL); command;
         command = own_after(command))
        if (command->group && !command->reaped &&
            !tl_command_group_is_empty(command->pid))
            return true;
    return false;
}

static void groups_hear(int signal)
{
    for (struct tl_command *command = own_after(NULL); command;
         command = own_after(command))
        if (command->group)
            signal_to(command, signal);
}

/* Those that the commands have left behind; who does not heed SIGTERM is
 * killed. */
static void end_groups(void)
{
    int64_t limit = tl_clock_real() + TL_SECOND;
    groups_hear(SIGTERM);
    groups_hear(SIGCONT);
    while (groups_remain() && tl_clock_real() < limit)
        tl_clock_pause(10 * TL_MILLISECOND);
    groups_hear(SIGKILL);
    for (struct tl_command *command = own_after(NULL); command;
         command = own_after(command))
        tl_command_bury(command);
}

size_t tl_commands_signal(int signal)
{
    size_t count = 0;
    for (struct tl_command *command = own_after(NULL); command;
         command = own_after(command))
        count += signal_to(command, signal) == TL_OK;
    return count;
}

struct tl_command *tl_commands_ended(bool *more)
{
    struct tl_command *command = own_after(NULL);
    *more = false;
    while (command && (command->told || !tl_command_look(command))) {
        *more = *more || !command->told;
        command = own_after(command);
    }
    if (command)
        command->told = true;
    return command;
}

int tl_commands_await(void)
{
    int status = TL_OK;
    for (struct tl_command *command = own_after(NULL);
         command && status == TL_OK; command = own_after(command)) {
        signal_to(command, SIGCONT); /* no other can by now */
        status = tl_command_await(command, TL_FOREVER);
    }
    if (status == TL_OK)
        end_groups();
    tl_commands_reap();
    return status;
}

/* Closes the descriptors alone of a command of another thread, which does not
 * exist here and may have been moving the buffers when the fork came. */
static void abandon(struct tl_command *command)
{
    for (int i = 0; i < TL_COMMAND_STREAMS; i++)
        tl_pipe_buffer_abandon(&command->flows[i]);
    tl_command_has_ended(command);
}

static void forget(struct tl_command *command)
{
    command->reaped = true; /* its group is the parent's */
    close_flows(command);
    tl_command_has_ended(command);
    command->owner = 0;
    if (command->dropped)
        free(command);
}

void tl_commands_forget(void)
{
    uint32_t parent = tl_self->parent;
    tl_command_groups_forget();
    while (commands) {
        struct tl_command *command = commands;
        commands = command->next;
        if (command->owner == parent)
            forget(command);
        else
            abandon(command);
    }
}

/* ---- looking and signalling ---- */

static int identify(const struct tl_command *command,
                    enum tl_operation operation, struct tl_process_info *info)
{
    int status = tl_command_enter(command, operation);
    if (status < 0)
        return status;
    *info = (struct tl_process_info){
        .started = true, .pid = command->pid, .parent_pid = getpid()};
    memcpy(info->name, command->name, sizeof info->name);
    return TL_OK;
}

int tl_command_identity(const struct tl_command *command,
                        struct tl_process_info *info)
{
    return identify(command, TL_OP_NONE, info);
}

static int look(struct tl_command *command, enum tl_operation operation,
                struct tl_process_info *info)
{
    int status = identify(command, operation, info);
    if (status < 0)
        return status;
    info->alive = !tl_command_look(command);
    int how = command->status;
    info->exit_known = command->status_known;
    info->exitcode = WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
    return TL_OK;
}

int tl_command_info(struct tl_command *command, struct tl_process_info *info)
{
    return look(command, TL_OP_COMMAND_IS_ALIVE, info);
}

int tl_command_signal(struct tl_command *command, int signal)
{
    int status = tl_command_enter(command, TL_OP_COMMAND_SIGNAL);
    return status < 0 ? status : signal_to(command, signal);
}

int tl_command_suspend(struct tl_command *command)
{
    int status = tl_command_enter(command, TL_OP_COMMAND_SUSPEND);
    if (status == TL_OK)
        status = signal_to(command, SIGSTOP);
    while (status == TL_OK && tl_procfs_runs(command->pid))
        tl_sleep_pause();
    return status;
}

void tl_command_title(const struct tl_command *command, char *text, size_t size)
{
    snprintf(text, size, "command \"%s\"", command->name);
}

void tl_command_describe(struct tl_command *command, char *text, size_t size)
{
    struct tl_process_info info;
    tl_command_title(command, text, size);
    size_t used = strlen(text);
    if (look(command, TL_OP_NONE, &info) < 0)
        snprintf(text + used, size - used, ": of another process");
    else if (info.alive)
        snprintf(text + used, size - used, ": running, pid %d", (int)info.pid);
    else if (!info.exit_known)
        snprintf(text + used, size - used, ": ended, pid %d", (int)info.pid);
    else
        snprintf(text + used, size - used, ": ended, pid %d, exit code %d",
                 (int)info.pid, info.exitcode);
}
