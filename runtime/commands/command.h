/*
 * Command: a program that this task has started, and our ends of its streams.
 *
 * In memory of this process: nothing of it lies in the arena, so its end is
 * heard of by a pidfd and settled by waitpid, for this pid alone.
 *
 *   RUNNING  the pid is a child of ours, perhaps a zombie
 *   ENDED    reaped; `status` is known unless somebody else reaped it
 *
 * All commands of the process that are not both dropped and reaped are listed,
 * so that a command which no script can reach any more is reaped still.  A
 * forked child closes what it inherited of them: else its copy of a pipe would
 * keep a command from seeing the end of its input.
 *
 * The list is of all threads; each looks after its own.
 */
#ifndef TL_COMMAND_H
#define TL_COMMAND_H

#include "base/pollable.h"
#include "commands/pipe_buffer.h"
#include "tidelock.h"

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
    bool status_known;
    int status; /* as of waitpid */
    bool dropped;
    struct tl_pollable pollable; /* raised once it has ended */
    bool closing;                /* stdin is to be closed when all is written */
    struct tl_pipe_buffer flows[TL_COMMAND_STREAMS];
};

/* First of every call.  TL_OK, TL_FOREIGN, TL_NOT_PARENT. */
int tl_command_enter(const struct tl_command *command);

/* Whether the command has ended; reaps it.  tl_command_has_ended makes it ENDED
 * for this process. */
bool tl_command_look(struct tl_command *command);
void tl_command_has_ended(struct tl_command *command);

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

/* In a new child: they are the parent's.  What belongs to other threads of the
 * parent is left as it is, but for the descriptors. */
void tl_commands_forget(void);

#endif
