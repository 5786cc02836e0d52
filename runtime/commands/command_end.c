/*
 * Command end: how this process hears of the end of a command.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/command.h"
#include "tasks/pidfd.h"
#include "tasks/process_lock.h"
#include "tasks/task.h"
#include "wait/checkpoint.h"

int tl_command_enter(const struct tl_command *command,
                     enum tl_operation operation)
{
    int status = tl_enter_home(operation);
    if (status < 0)
        return status;
    return command->owner == tl_task_id(tl_self) ? TL_OK : TL_NOT_PARENT;
}

/* As in a pipe buffer: a fork must not copy the descriptor but not the word. */
void tl_command_shut_pidfd(struct tl_command *command)
{
    tl_process_lock_take();
    if (command->pidfd >= 0)
        close(command->pidfd);
    command->pidfd = -1;
    tl_process_lock_drop();
}

void tl_command_heed_pidfd(struct tl_command *command)
{
    tl_process_lock_take();
    if (command->pidfd < 0 && !command->ended)
        command->pidfd = tl_pidfd_open(command->pid);
    tl_pollable_add(&command->pollable, command->pidfd);
    tl_process_lock_drop();
}

void tl_command_has_ended(struct tl_command *command)
{
    command->ended = true;
    tl_pollable_say(&command->pollable, true);
    tl_command_shut_pidfd(command);
}

/* A leader of a group is only looked at: see tl_command_bury. */
static bool look_at_leader(struct tl_command *command)
{
    siginfo_t info = {.si_pid = 0};
    int got;
    do
        got = waitid(P_PID, (id_t)command->pid, &info,
                     WEXITED | WNOHANG | WNOWAIT);
    while (got < 0 && errno == EINTR);
    if (got == 0 && info.si_pid == 0)
        return false;
    command->status_known = got == 0;
    command->status =
        info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
    if (got < 0)
        tl_command_bury(command);
    tl_command_has_ended(command);
    return true;
}

void tl_command_bury(struct tl_command *command)
{
    if (!command->group || command->reaped)
        return;
    command->reaped = true;
    tl_command_group_remove(command->pid);
    while (waitpid(command->pid, NULL, WNOHANG) < 0 && errno == EINTR)
        continue;
}

bool tl_command_look(struct tl_command *command)
{
    pid_t got;
    if (command->ended)
        return true;
    if (command->group)
        return look_at_leader(command);
    do
        got = waitpid(command->pid, &command->status, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return false;
    /* less than 0: somebody else has waited for it (a script, by luaposix) */
    command->status_known = got > 0;
    tl_command_has_ended(command);
    return true;
}
