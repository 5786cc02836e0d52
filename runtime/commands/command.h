/*
 * Command: a program that this task has started, and our ends of its streams.
 *
 * It lies in the memory of this process, and nothing of it in the arena.  The
 * process hears of its end by a pidfd, and settles it by waitpid, for this pid
 * alone.
 *
 *   RUNNING  the pid is a child of ours, perhaps a zombie
 *   ENDED    reaped; `status` is known unless somebody else reaped it
 *
 * The process lists all commands that are not both dropped and reaped, so that
 * it also reaps a command that no script can reach any more.  A forked child
 * closes what it inherited of them: else its copy of a pipe would keep a
 * command from seeing the end of its input.
 *
 * All threads share the list; each looks after its own commands.
 */
#ifndef TL_COMMAND_H
#define TL_COMMAND_H

#include "base/pollable.h"
#include "commands/pipe_buffer.h"
#include "tidelock.h"
#include "wait/operation.h"

/* More than this is not read of a stream that no call is waiting for. */
#define TL_COMMAND_KEPT ((size_t)64 << 20)

struct tl_command {
    struct tl_command *next;
    char name[TL_NAME_SIZE];
    uint32_t owner; /* id of the task whose it is; 0: a task of the parent's,
                       which a fork has copied */
    pid_t pid;
    int pidfd; /* -1: ENDED or dropped, or there is none, or it told its all */
    bool ended;
    bool group;  /* it leads one, and is reaped when it is dropped */
    bool reaped; /* of a group's: by now its number may be another's */
    bool status_known;
    int status; /* as of waitpid */
    bool dropped;
    bool told;                   /* tl_commands_ended */
    struct tl_pollable pollable; /* raised once it has ended */
    bool closing;                /* stdin is to be closed when all is written */
    struct tl_pipe_buffer flows[TL_COMMAND_STREAMS];
};

/* First of every call.  TL_OK, TL_FOREIGN, TL_NOT_PARENT. */
int tl_command_enter(const struct tl_command *command,
                     enum tl_operation operation);

/* Whether the command has ended; reaps it.  tl_command_has_ended makes it ENDED
 * for this process. */
bool tl_command_look(struct tl_command *command);
void tl_command_has_ended(struct tl_command *command);

/* Reaps what has led a group and has ended: nothing is sent to it any more. */
void tl_command_bury(struct tl_command *command);

/* Groups whose leader is not reaped. */
void tl_command_group_add(pid_t pid);
void tl_command_group_remove(pid_t pid);
void tl_command_groups_forget(void);

/* They hear SIGTERM when the program ends at once.  remain: whether somebody is
 * still in one; reaps the leaders that have ended, so nothing but the end may
 * follow.  kill: whoever is.  All are async-signal-safe. */
void tl_command_groups_end(void);
bool tl_command_groups_remain(void);
void tl_command_groups_kill(void);

/* Of the groups of a task: of the first TL_GROUPS_MOST that it had at a time.
 * settle: they hear SIGTERM, which their leaders have heard already, for it was
 * killed.  note: they are groups of this process, too, which ends.  take: both,
 * and they are the task's no more. */
struct tl_task;
void tl_command_groups_settle(struct tl_task *dead);
void tl_command_groups_note(const struct tl_task *task);
void tl_command_groups_take(struct tl_task *dead);

/* Whether nobody is in the group but its leader. */
bool tl_command_group_is_empty(pid_t leader);

/* Waits for its end, and reaps it. */
int tl_command_await(struct tl_command *command, tl_deadline deadline);

/* Closes the pidfd, which has told the end: from now on the task looks for the
 * end from time to time. */
void tl_command_shut_pidfd(struct tl_command *command);

/* Before a sleep that nothing else ends: opens the pidfd again. */
void tl_command_heed_pidfd(struct tl_command *command);

/* Reaps those that have ended. */
void tl_commands_reap(void);

/* At the end of the task: closes all streams; waits for all. */
void tl_commands_close(void);
int tl_commands_await(void);

/* In a new child: the commands are the parent's.  Those of other threads of the
 * parent stay as they are, but for their descriptors, which are closed. */
void tl_commands_forget(void);

#endif
