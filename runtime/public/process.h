/*
 * Process: processes, threads, their relatives, and reports of them.  Part of
 * tidelock.h.
 */
#ifndef TIDELOCK_PROCESS_H
#define TIDELOCK_PROCESS_H

#include <sys/select.h> /* sigset_t, without the names of signal.h */

#include "public/core.h"

/* Process ---------------------------------------------------------------- */

struct tl_process_info {
    char name[TL_NAME_SIZE];
    bool started;
    bool alive;
    bool daemon;
    bool main;        /* the first task */
    pid_t pid;        /* 0 before the start */
    uint32_t task;    /* its id, as tl_board_state tells it; 0 before */
    bool exit_known;  /* false too where nobody could find out */
    int exitcode;     /* when exit_known: 0.., or -signal */
    pid_t parent_pid; /* 0 for main */
};

/* A process not yet started; name NULL: "process-N". */
int tl_process_new(struct tl_handle *out, const char *name, bool daemon);
/* Forks.  1 in the parent, 0 in the child, which goes on as the new task.
 * `given` are handles that the child is going to use, however late: ends of
 * pipes among them count as held by the child from now on, but for those that
 * were closed meanwhile.  TL_STARTED, TL_DAEMON, TL_NO_TASKS, TL_NO_MEMORY,
 * TL_SYSTEM. */
int tl_process_start(const struct tl_handle *process,
                     const struct tl_handle *const *given, size_t count);
/* In the child, before its end: what tl_process_result will deliver.  `ok`:
 * results; else the error.  TL_NO_MEMORY, TL_TOO_LARGE. */
int tl_process_set_result(bool ok, const struct tl_message *m);
/* The same, where the result was lost: `status` says why, and tl_process_lost
 * tells it (TL_OK: nothing was lost; TL_SYSTEM: the task had no memory of its
 * own).  A failed tl_process_set_result says so by itself. */
void tl_process_lose_result(int status);
int tl_process_lost(const struct tl_handle *process);
/* In the child, last: gives back all that the task held and wakes the tasks
 * that wait for it.  Only _exit may follow. */
void tl_process_finish(int exitcode);

/* TL_OK: it has ended; how may be known later, where the deadline came before
 * the kernel had done with it.  TL_TIMEOUT; TL_NOT_STARTED; TL_SELF;
 * TL_DEADLOCK. */
int tl_process_join(const struct tl_handle *process, tl_deadline deadline);
/* TL_OK with *ok and the parcel of set_result (any number may ask); TL_EMPTY:
 * ended without a result (killed, os.exit); TL_TIMEOUT, also where how it was
 * killed is not known yet; TL_NOT_STARTED; TL_SELF; TL_DEADLOCK. */
int tl_process_result(const struct tl_handle *process, bool *ok,
                      struct tl_parcel *parcel, tl_deadline deadline);
int tl_process_info(const struct tl_handle *process,
                    struct tl_process_info *info);
/* The same without a look at whether it lives: `alive` and the exit code are
 * not filled in, and a zombie stays one. */
int tl_process_identity(const struct tl_handle *process,
                        struct tl_process_info *info);
int tl_process_set_daemon(const struct tl_handle *process, bool daemon);
/* TL_NOT_STARTED, TL_ENDED */
int tl_process_signal(const struct tl_handle *process, int signal);
/* This process is about to change what a signal does to it.  TL_OK. */
int tl_process_on_signal(void);
/* Stops it at a moment when it is inside no guard.  TL_SELF too. */
int tl_process_suspend(const struct tl_handle *process);
int tl_process_resume(const struct tl_handle *process);

/* Thread ----------------------------------------------------------------- */

/* A task like a process, on a thread of this process.  It inherits no handles:
 * what it is to use comes to it in a message.  The calls above take its handle
 * too, but for tl_process_start; signal, suspend and resume return
 * TL_IS_THREAD, since the kernel does that to whole processes only.  It ends
 * with `run`, and its pid is the process's. */

/* A thread not yet started; name NULL: "thread-N". */
int tl_thread_new(struct tl_handle *out, const char *name, bool daemon);
/* Copies `job` for the thread, which then calls run(context).  TL_STARTED,
 * TL_NO_TASKS, TL_NO_MEMORY, TL_TOO_LARGE, TL_SYSTEM. */
int tl_thread_start(const struct tl_handle *thread,
                    const struct tl_message *job, void (*run)(void *context),
                    void *context);
/* Asks a thread, of whatever process, to end: the call in which it sleeps, or
 * the next that would, returns TL_CANCELLED, once.  TL_ENDED, TL_NOT_STARTED.
 */
int tl_thread_cancel(const struct tl_handle *thread);
/* In the thread.  end_cancel: from now on it is not cancelled.  hold: it is not
 * between a call with true and one with false, which nest: for a wait that must
 * come to its own end. */
void tl_thread_end_cancel(void);
bool tl_thread_was_cancelled(void); /* a call has returned TL_CANCELLED */
void tl_cancel_hold(bool on);
/* In the thread: its job, which keeps the objects that it carries, until
 * tl_thread_drop_job. */
void tl_thread_job(struct tl_parcel *parcel);
void tl_thread_drop_job(void);
/* In the thread, last before `run` returns: as tl_process_finish. */
void tl_thread_finish(int exitcode);
/* What a program that this thread starts is to have blocked: what the thread
 * has, but for what it blocks since main takes it (process/thread_signals). */
void tl_thread_signals_inherited(sigset_t *mask);

/* Relatives -------------------------------------------------------------- */

/* Handles to this task's process; its parent's (TL_EMPTY for main, or when the
 * parent has ended); the i-th live child's, from 0 (TL_EMPTY past the last). */
int tl_process_current(struct tl_handle *out);
int tl_process_parent(struct tl_handle *out);
int tl_process_child(struct tl_handle *out, size_t i);

/* Reaps ended children of this task, and commands, so that none stays a
 * zombie. */
void tl_process_reap(void);

/* Reports ---------------------------------------------------------------- */

/* Which task waits for which, a line a task, of the last TL_STUCK; valid until
 * this thread calls again. */
const char *tl_report_stuck(void);
/* Makes the report now, for the next call of tl_report_stuck: for a task that
 * has got TL_STUCK and is going to change what the report tells of. */
void tl_report_keep(void);

/* What is known of a task at this moment, or was a moment ago. */
#define TL_HOLDS_MOST 16
struct tl_task_info {
    char name[TL_NAME_SIZE];
    pid_t pid;
    const char *state;   /* "starting"; "running"; "waiting" for an object;
                            "sleeping"; "blocked": elsewhere, in the system
                            or in a space; "stopped" */
    char waits[512];     /* "get from queue#1 "orders": ...", or "" */
    char where[96];      /* the script's line, or "" */
    double since;        /* seconds it has waited or slept; 0: not known */
    unsigned hold_count; /* of those below; there may be more */
    char holds[TL_HOLDS_MOST][96]; /* "lock#1 "pan"" */
};

/* The first task from *number on in the arena (0, or a space); afterwards
 * *number is where to go on.  Begins with 1.  TL_EMPTY past the last. */
int tl_task_look(unsigned arena, uint32_t *number, struct tl_task_info *info);

/* For a look into a space: opens it as tl_space_open, but makes none: TL_EMPTY.
 */
int tl_look_into(const char *name);

/* Leaves a space again, in which this process has no handles. */
void tl_look_away(unsigned arena);

/* This task. */
const char *tl_task_name(void);
bool tl_task_is_main(void);

/* Starts `run` in a thread of this process that is no task, takes no signals,
 * and is joined by nobody.  It runs as this returns: a fork that follows does
 * not meet its beginning.  TL_SYSTEM with errno. */
int tl_helper_thread_start(void *(*run)(void *argument), void *argument);

#endif
