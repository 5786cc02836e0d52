/*
 * Command: other programs.  Part of tidelock.h.
 */
#ifndef TIDELOCK_COMMAND_H
#define TIDELOCK_COMMAND_H

#include "public/process.h"

/* Command ---------------------------------------------------------------- */

/* A program that was started without a shell.  It is no task: it has no slot,
 * and no handle, but a place in the memory of the task that made it.  No other
 * task can use it (TL_NOT_PARENT).
 *
 * Whatever call waits for a command, the task meanwhile reads what the command
 * writes, and keeps it for later: so neither waits for the other with a pipe
 * full.  (Of a stream that the call itself is not about, up to 64 MiB.)
 *
 * It gets SIGTERM when the task that made it is killed; at its orderly end the
 * task closes its streams and waits for it (tl_main_end).
 *
 * What is sent to one with a group reaches all that it has started and that has
 * not left the group, also when it has ended itself: until it is dropped, and
 * nobody else is in it, it stays a zombie, so that its number is no other
 * group's.  At the orderly end of the task, once it has ended, the others of
 * its group get SIGTERM; and where tl_family_end is called, all of it, of
 * whatever task that ends so; who is there still a second later is killed.
 * Where the task is killed and others of the program settle that, its groups
 * get SIGTERM alone.  Of another task's, 8 such commands at a time are known.
 *
 * Limits: where nobody is left to settle it, only the command itself hears
 * SIGTERM, from the kernel. */
struct tl_command;

enum tl_command_stream { TL_STDIN, TL_STDOUT, TL_STDERR, TL_COMMAND_STREAMS };

enum tl_redirect {
    TL_REDIRECT_PIPE,       /* to this task */
    TL_REDIRECT_INHERIT,    /* what this process has */
    TL_REDIRECT_NULL,       /* /dev/null */
    TL_REDIRECT_STDOUT,     /* stderr: where stdout goes */
    TL_REDIRECT_DESCRIPTOR, /* `descriptor`, borrowed */
    TL_REDIRECT_COMMAND     /* the other end of `command`'s `stream`, which is
                               given away where the call succeeds */
};
struct tl_redirection {
    enum tl_redirect to;
    int descriptor;
    struct tl_command *command;
    enum tl_command_stream stream;
};

/* Which step of the start failed. */
enum tl_command_step {
    TL_COMMAND_PREPARE, /* pipes, memory, the fork */
    TL_COMMAND_FOLDER,
    TL_COMMAND_PROGRAM,
    TL_COMMAND_INTERPRETER /* the program is there, what it names to run it
                              is missing */
};

struct tl_command_options {
    char *const *arguments;   /* the program first; ended by NULL */
    char *const *environment; /* ended by NULL; NULL: as this process has it */
    const char *folder;       /* to start in; NULL: where this process is */
    const char *name;         /* NULL: the program's, without its folders */
    struct tl_redirection streams[TL_COMMAND_STREAMS];
    pid_t joins; /* a process group to join; 0: this process's */
    bool group;  /* in a process group of its own: signals reach all in it */
};

/* Starts it; *out is to be given back by tl_command_drop.  A program without a
 * slash is looked for in PATH.  TL_SYSTEM with errno: `step` failed; or
 * TL_DROPPED: the stream of the other command is not open. */
int tl_command_new(struct tl_command **out,
                   const struct tl_command_options *options,
                   enum tl_command_step *step);
/* Closes its streams and leaves it alone; it is reaped when it has ended. */
void tl_command_drop(struct tl_command *command);

/* Whether the stream can be given to another command whole: this side has no
 * bytes of it that were read and not taken, or, of stdin, not yet written. */
bool tl_command_is_whole(const struct tl_command *command,
                         enum tl_command_stream stream);

enum tl_read { TL_READ_BYTES, TL_READ_LINE, TL_READ_ALL };
/* What there is to read: `count` bytes, or less at the end; a line with its
 * newline, which the last may lack; all until the end.  It is there until the
 * next call, and stays to be read unless it is taken.  TL_TIMEOUT: nothing is
 * lost; TL_CLOSED: nothing will come (not by TL_READ_ALL); TL_DROPPED;
 * TL_SYSTEM. */
int tl_command_read(struct tl_command *command, enum tl_command_stream stream,
                    enum tl_read what, size_t count, struct tl_slice *slice,
                    tl_deadline deadline);
/* The first `size` bytes are done with, or all where they are fewer by now. */
void tl_command_take(struct tl_command *command, enum tl_command_stream stream,
                     size_t size);
/* *wrote: how much of it went out.  TL_TIMEOUT, TL_CLOSED (nobody reads it),
 * TL_DROPPED, TL_SYSTEM. */
int tl_command_write(struct tl_command *command, const void *data, size_t size,
                     size_t *wrote, tl_deadline deadline);
int tl_command_close(struct tl_command *command, enum tl_command_stream stream);

/* All that stdout or stderr holds, as tl_command_read shows it. */
struct tl_slice tl_command_held(const struct tl_command *command,
                                enum tl_command_stream stream);

/* Writes the input, closes stdin, and reads stdout and stderr until both and
 * the command have ended: what they hold then is to be taken.  TL_TIMEOUT:
 * nothing is lost, the next call goes on where this one stood.  TL_DROPPED:
 * there is input, and stdin is not open. */
int tl_command_communicate(struct tl_command *command, const void *input,
                           size_t size, tl_deadline deadline);

/* Waits for its end.  TL_FOREVER closes stdin first: nobody could write to it
 * meanwhile. */
int tl_command_join(struct tl_command *command, tl_deadline deadline);
/* The same, and stdout and stderr hold all that was written until then. */
int tl_command_result(struct tl_command *command, tl_deadline deadline);
/* A descriptor that is readable once it has ended, for other event loops;
 * closed with the command.  TL_SYSTEM: the kernel has no pidfd (before 5.3). */
int tl_command_fd(struct tl_command *command);
int tl_command_info(struct tl_command *command, struct tl_process_info *info);
/* The same without a look, as of a process. */
int tl_command_identity(const struct tl_command *command,
                        struct tl_process_info *info);
int tl_command_signal(struct tl_command *command, int signal); /* TL_ENDED */
int tl_command_suspend(struct tl_command *command); /* until it has stopped */
/* Sends the signal to each command of this task that runs, or 0 to none: how
 * many there are. */
size_t tl_commands_signal(int signal);
/* A command of this task that has ended and was not returned before; NULL:
 * there is none, and *more says whether one will be. */
struct tl_command *tl_commands_ended(bool *more);
/* command "sort": running, pid 4711 */
void tl_command_describe(struct tl_command *command, char *text, size_t size);
void tl_command_title(const struct tl_command *command, char *text,
                      size_t size); /* command "sort" */

/* For pipes of one's own to programs: pipe2 with O_CLOEXEC, both ends above 2,
 * so that nothing is printed into them where a standard stream is closed.  0,
 * or -1 with errno. */
int tl_standard_pipe(int ends[2]);

/* The same of two sockets that are connected, for messages. */
int tl_standard_sockets(int ends[2]);

/* For what one opens otherwise: the same open file above 2, close-on-exec;
 * takes fd.  A negative fd is returned as it is, with its errno; -1 with errno
 * where there is no number left. */
int tl_standard_avoid(int fd);

#endif
