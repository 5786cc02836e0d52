/*
 * Process: a task that its parent forked; or that it started as a thread of the
 * parent's process (process/thread), which is of another kind but otherwise the
 * same.
 *
 * The object outlives the task: it keeps how the task ended and what its
 * function returned.  `state` is the watch word of joiners:
 *
 *   NEW      made
 *   STARTED  forked; `task` is its id in the table
 *   ENDED    it has given up all it had, or died and was recovered
 *
 * `status` is how it ended, once that is known: by the task itself at an
 * orderly end, by its parent from waitpid, or by another task that recovered
 * it, from /proc.
 *
 * Each process remembers, in memory of its own, the children that it has not
 * yet reaped; it holds a reference to each, so that their status has a place.
 */
#ifndef TL_PROCESS_H
#define TL_PROCESS_H

#include "memory/object.h"
#include "wait/operation.h"
#include "wait/wait_many.h"

enum tl_process_state { TL_PROCESS_NEW, TL_PROCESS_STARTED, TL_PROCESS_ENDED };

enum tl_result { TL_RESULT_NONE, TL_RESULT_ERROR, TL_RESULT_OK };

/* How long a join leaves the kernel to end a process that is dead. */
#define TL_PROCESS_BREATH (2 * TL_MILLISECOND)

#define TL_STATUS_KNOWN 0x10000u /* in `status`; below it a wait(2) status */

struct tl_process {
    struct tl_object object;
    _Atomic uint64_t state;     /* a watch word */
    struct tl_wait_queue ended; /* wake all */
    _Atomic uint32_t status;
    _Atomic uint32_t starter; /* id of the task that starts it, or has; or 0 */
    _Atomic uint32_t task;    /* id, from the start on */
    _Atomic int32_t pid;
    _Atomic uint32_t daemon;
    int32_t parent_pid;   /* written before STARTED */
    uint32_t parent_task; /* id */
    uint32_t result_is;   /* enum tl_result; says NONE while `result` is
                             not whole */
    int32_t lost;         /* a status: why there is none; written as `result` */
    uint64_t result; /* message block, 0: an empty message; written by the task
                        itself, before ENDED */
    uint64_t job;    /* of a thread: message block; written by its creator
                        before STARTED, dropped by the thread */
    _Atomic uint32_t cancelled; /* of a thread: set to 1 by a task that wants it
                                   to end, to 0 by itself when its wait fails */
    tl_ref owner; /* of a thread: a reference to the process that it is part
                     of, from before STARTED until its own status is known;
                     how that process ends is how the thread does */
};

static inline bool tl_process_is_thread(const struct tl_process *process)
{
    return process->object.kind == TL_KIND_THREAD;
}

/* Makes a process or a thread that is not started.  name NULL: it gets one of
 * its kind and number ("process-3"). */
int tl_process_make(struct tl_handle *out, enum tl_kind_id kind,
                    const char *name, bool daemon);

/* The main task's process object: made by tl_init. */
int tl_process_make_main(void);

/* Waits for the end of the process, and reaps it where it is this process's
 * child.  As tl_process_join, but never TL_DEADLOCK, since the caller must
 * wait. */
int tl_process_await(struct tl_process *process, tl_deadline deadline);

/* Whether the process has started and not ended; settles its debts if it is
 * dead. */
bool tl_process_is_alive(struct tl_process *process);

/* Of one that was started, to the process that has or had this pid: TL_OK,
 * TL_ENDED, TL_SYSTEM. */
int tl_process_send(struct tl_process *process, pid_t pid, int signal);

/* As tl_process_signal, as this operation, or a part of one: TL_OP_NONE. */
int tl_process_signal_as(const struct tl_handle *handle,
                         enum tl_operation operation, int signal);

/* `task`, whose process this is, is no more: called by recovery. */
void tl_process_ended(struct tl_process *process, const struct tl_task *task);

int tl_process_ready(const struct tl_handle *handle, struct tl_watch *watch);

/* This process is about to end, and its threads are to fork no more.
 * Async-signal-safe. */
void tl_process_start_no_more(void);

/* This task becomes the one that starts the process; TL_STARTED: another was
 * before it.  tl_process_undo_start takes that back where the start failed; it
 * leaves errno. */
int tl_process_begin_start(struct tl_process *process);
void tl_process_undo_start(struct tl_process *process);

void tl_process_task_died(struct tl_object *object, struct tl_task *dead,
                          struct tl_cell *cell);
void tl_process_describe(const struct tl_object *object, int side, char *text,
                         size_t size);
void tl_process_destroy(struct tl_object *object);
uint32_t tl_process_joined_id(const struct tl_object *object, uint32_t verb,
                              uint32_t after);

#endif
