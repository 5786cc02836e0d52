/*
 * Tidelock: processes, queues, pipes, locks and their kin over shared memory.
 *
 * This is the public C interface and the only header a program needs; the Lua
 * bindings use nothing else.  tl_init makes one arena of shared memory and
 * enters the calling process as its first task ("main"); tl_process_start
 * forks, and parent and child go on as two tasks over the same objects.
 *
 * Promises
 *   - A task may be killed at any instruction.  The others notice, repair what
 *     it left half-done, and go on; what it held is passed on as abandoned.
 *   - Every blocking call takes a deadline and evaluates its own predicate: a
 *     wake that came in time is never reported as a time limit.
 *   - Nothing is printed and nothing exits.  Results are of enum tl_status.
 *
 * Conventions
 *   - Objects are reached by handles, which a task owns: struct tl_handle is
 *     filled by tl_X_new or tl_handle_open and must be given back by
 *     tl_handle_close.  An object lives while any task has a handle to it or a
 *     message carries it.  A fork copies handles like other memory.
 *   - `deadline` is a moment on the monotonic clock, in nanoseconds, or
 *     TL_FOREVER, or TL_NOW (0) to try without waiting.
 *   - A call with a NULL handle->object returns TL_DROPPED.
 *   - Every call may return TL_FOREIGN or TL_FOREIGN_THREAD, and every blocking
 *     call TL_STUCK or TL_INTERRUPTED, and in a thread TL_CANCELLED, besides
 *     what it lists.
 *   - Names of objects and tasks are cut to TL_NAME_SIZE - 1 bytes.
 */
#ifndef TIDELOCK_H
#define TIDELOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "status.h"

#define TL_VERSION "0.1.0"
#define TL_NAME_SIZE 48
#define TL_TEXT_SIZE 256   /* enough for any tl_describe */
#define TL_SMALL_SIZE 4096 /* messages up to here travel inside the queue */

/* The program ------------------------------------------------------------ */

/* Makes the arena and enters this process as the main task.  Again: nothing.
 * Sizes come from TIDELOCK_MEMORY (bytes, with K, M or G) and TIDELOCK_TASKS.
 * TL_NO_MEMORY, or TL_SYSTEM with errno; tl_init_error says what was wrong. */
int tl_init(void);
const char *tl_init_error(void);

/* At the end of main, and of any other task: asks its daemons to end by SIGTERM
 * (and after a grace of a second by SIGKILL), then joins every other child, and
 * its commands.  Daemon threads are left alone: they end with the process.
 * Blocks. */
int tl_main_end(void);

/* Kills every other process of the program, and waits until none is left, for a
 * second at most; called once more from a signal handler, it waits no longer.
 * The process is to end then.  Async-signal-safe. */
void tl_family_end(void);

/* Makes the blocking call this task is in, or comes to next, return
 * TL_INTERRUPTED once.  Async-signal-safe. */
void tl_interrupt(void);
void tl_interrupt_clear(void);

/* A hook of this thread, called when a signal has come while it sleeps: true
 * ends the call with TL_INTERRUPTED. */
extern _Thread_local bool (*tl_signal_hook)(void);

/* A hook of this thread that writes "file:line" of the script into `where`;
 * called before a task goes to sleep, never with anything held. */
extern _Thread_local void (*tl_where_hook)(char *where, size_t size);

/* Hooks of this thread for what is to be done while it waits.  `due` says
 * whether there is anything, and `run` does it: before the task goes to sleep,
 * with nothing held.  It may call anything, but is not called again meanwhile.
 * tl_interrupt and tl_board_attend make a task that sleeps look. */
extern _Thread_local bool (*tl_idle_due)(void);
extern _Thread_local void (*tl_idle_run)(void);

/* Does what is due, as a wait would. */
void tl_idle_now(void);
/* Whether `run` runs: a wait is interrupted, and what it is about must stay. */
bool tl_idle_running(void);

/* A seed that differs from task to task, for the script's random numbers. */
uint64_t tl_task_seed(void);

/* Writes all of `data` to `fd`, whole: no other task's tl_output in between,
 * and no part of it left out where the descriptor accepts it. */
int tl_output(int fd, const void *data, size_t size);

/* Time ------------------------------------------------------------------- */

typedef int64_t tl_deadline;
#define TL_NOW ((tl_deadline)0)
#define TL_FOREVER INT64_MAX

tl_deadline tl_deadline_in(double seconds); /* not NaN; <= 0 is TL_NOW */
double tl_now(void);                        /* seconds, monotonic */
int tl_sleep(tl_deadline deadline);         /* TL_OK at the deadline */
void tl_yield(void);
int tl_cpu_count(void); /* by affinity and the quota of the control group */

/* Handles ---------------------------------------------------------------- */

enum tl_kind_id {
    TL_KIND_NONE,
    TL_KIND_LOCK,
    TL_KIND_SEMAPHORE,
    TL_KIND_EVENT,
    TL_KIND_BARRIER,
    TL_KIND_VALUE,
    TL_KIND_QUEUE,
    TL_KIND_PIPE,
    TL_KIND_PROCESS,
    TL_KIND_LATCH,
    TL_KIND_RLOCK,
    TL_KIND_RWLOCK,
    TL_KIND_CONDITION,
    TL_KIND_ARRAY,
    TL_KIND_BUFFER,
    TL_KIND_TABLE,
    TL_KIND_THREAD,
    TL_KIND_BOARD,
    TL_KIND_JOB,    /* a handle of this kind borrows its board's */
    TL_KIND_BUNDLE, /* no handle is of this kind */
    TL_KINDS
};

struct tl_handle {
    void *object;   /* NULL when closed */
    uint32_t cell;  /* where this task's slot counts the reference */
    uint16_t arena; /* the program's own, or a space */
    uint8_t kind;   /* enum tl_kind_id */
    uint8_t side;   /* which end of a pipe: 0 or 1; else 0 */
    uint32_t forks; /* tl_forks of the process that has used it last */
};
/* A bit of `side`: a copy of a handle, with which another thread of the
 * process only looks whether the object is ready (objects/ready_fd). */
#define TL_SIDE_LOOKS 0x80

/* `out` of tl_X_new is all 0 but for `arena`, where the object is to be made: 0
 * is the program's own, else a space.  In a space, an object that has the name
 * already is opened instead; TL_OTHER_KIND and TL_OTHER_SHAPE: it is not what
 * was asked for, but `out` is a handle to it.  A `side` of TL_FIND_ANY: its
 * size and options do not matter. */
#define TL_FIND_ANY 1

/* The identity of an object and side: equal for the same object in all tasks
 * of a program, and what a message carries in its `refs`.  0 is no object. */
typedef uint64_t tl_ref;
tl_ref tl_handle_ref(const struct tl_handle *handle);

/* The identity in what a parcel's refs say. */
tl_ref tl_ref_identity(tl_ref ref);

/* Opens a handle to what a message just received carries; the parcel must not
 * have been dropped yet.  TL_NO_MEMORY. */
int tl_handle_open(struct tl_handle *handle, tl_ref ref);

/* A further handle that does no more than keep the object: of a pipe's end, it
 * is no holder.  TL_NO_MEMORY. */
int tl_handle_keep(struct tl_handle *out, const struct tl_handle *handle);

/* Gives the handle back; twice is harmless. */
void tl_handle_close(struct tl_handle *handle);

const char *tl_kind_name(int kind); /* "lock", "pipe", ... */

/* One line about the object's live state into text (TL_TEXT_SIZE is enough):
 * lock#3 "till": held by buyer-2 (pid 4711), 3 waiting.  Borrows handle. */
void tl_describe(const struct tl_handle *handle, char *text, size_t size);

/* The object's name, "" for none, and its number among its kind. */
uint64_t tl_handle_name(const struct tl_handle *handle,
                        char name[TL_NAME_SIZE]);

/* Only kind, number and name, for messages: lock#3 "till" */
void tl_title(const struct tl_handle *handle, char *text, size_t size);

/* Messages --------------------------------------------------------------- */

/* What a sender hands over: the bytes are those of all slices in order, taken
 * from where they lie; refs are the objects the message carries.  All borrowed
 * for the length of the call. */
struct tl_slice {
    const void *data;
    size_t size;
};
struct tl_message {
    const struct tl_slice *slices;
    size_t slice_count;
    size_t size; /* of all slices */
    const tl_ref *refs;
    size_t ref_count;
};

/* What a receiver gets: valid until tl_parcel_drop, which must come before
 * the same task receives again. */
struct tl_parcel {
    const void *data;
    size_t size;
    const tl_ref *refs;
    size_t ref_count;
    unsigned arena; /* whose objects the refs are */
    uint64_t block; /* private: 0 when inline */
    _Alignas(16) unsigned char small[TL_SMALL_SIZE]; /* private */
};
void tl_parcel_drop(struct tl_parcel *parcel);

/* A parcel's i-th reference, for tl_handle_open. */
tl_ref tl_parcel_ref(const struct tl_parcel *parcel, size_t i);

/* Queue ------------------------------------------------------------------ */

enum tl_queue_order { TL_FIFO, TL_LIFO, TL_PRIORITY };

/* maxsize: messages, 0 for no bound.  TL_NO_MEMORY. */
int tl_queue_new(struct tl_handle *out, const char *name,
                 enum tl_queue_order order, uint32_t maxsize);
/* TL_FULL at the deadline, TL_CLOSED, TL_NO_MEMORY, TL_TOO_LARGE, TL_UNORDERED
 * (a priority other than 0 where the order is not TL_PRIORITY).  Lower
 * priorities come out first. */
int tl_queue_put(const struct tl_handle *queue, const struct tl_message *m,
                 double priority, tl_deadline deadline);
/* TL_EMPTY at the deadline; TL_CLOSED when closed and drained. */
int tl_queue_get(const struct tl_handle *queue, struct tl_parcel *parcel,
                 tl_deadline deadline);
int64_t tl_queue_size(const struct tl_handle *queue);
uint32_t tl_queue_maxsize(const struct tl_handle *queue);
enum tl_queue_order tl_queue_order(const struct tl_handle *queue);
int tl_queue_close(const struct tl_handle *queue);
/* TL_TOO_MANY_DONE */
int tl_queue_task_done(const struct tl_handle *queue);
/* Until every item put was done.  TL_ABANDONED where a task ended between its
 * get and its task_done since the last join; TL_TIMEOUT. */
int tl_queue_join(const struct tl_handle *queue, tl_deadline deadline);

/* Pipe ------------------------------------------------------------------- */

/* Two ends; not duplex: ends[0] only receives, ends[1] only sends. */
int tl_pipe_new(struct tl_handle ends[2], const char *name, bool duplex);
/* TL_TIMEOUT, TL_CLOSED (nobody holds the other end), TL_WRONG_END,
 * TL_NO_MEMORY, TL_TOO_LARGE.  A pipe holds 1024 messages or 4 MiB. */
int tl_pipe_send(const struct tl_handle *end, const struct tl_message *m,
                 tl_deadline deadline);
/* TL_TIMEOUT, TL_CLOSED (drained, and nobody holds the other end),
 * TL_WRONG_END */
int tl_pipe_recv(const struct tl_handle *end, struct tl_parcel *parcel,
                 tl_deadline deadline);
/* TL_OK: a message, or the close, is there to be received; TL_TIMEOUT. */
int tl_pipe_poll(const struct tl_handle *end, tl_deadline deadline);
/* Says that this task does not use the end any more; the handle stays valid
 * and its calls return TL_DROPPED. */
int tl_pipe_close(struct tl_handle *end);

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
 * pipes among them count as held by the child from now on.  TL_STARTED,
 * TL_DAEMON, TL_NO_TASKS, TL_NO_MEMORY, TL_SYSTEM. */
int tl_process_start(const struct tl_handle *process,
                     const struct tl_handle *const *given, size_t count);
/* In the child, before its end: what tl_process_result will deliver.  `ok`:
 * results; else the error.  TL_NO_MEMORY, TL_TOO_LARGE. */
int tl_process_set_result(bool ok, const struct tl_message *m);
/* The same, with nothing to deliver but why it was lost: a status, which
 * tl_process_lost tells (TL_OK: nothing was lost); TL_SYSTEM: the task had no
 * memory of its own.  A failed tl_process_set_result says so by itself. */
void tl_process_lose_result(int status);
int tl_process_lost(const struct tl_handle *process);
/* In the child, last: gives back all that the task held and wakes who waits
 * for it.  Only _exit may follow. */
void tl_process_finish(int exitcode);

/* TL_OK, also where the deadline came before the kernel had done with it: it
 * has ended, and how may be known later.  TL_TIMEOUT; TL_NOT_STARTED; TL_SELF;
 * TL_DEADLOCK. */
int tl_process_join(const struct tl_handle *process, tl_deadline deadline);
/* TL_OK with *ok and the parcel of set_result (several may ask); TL_EMPTY:
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
/* Stops it at a moment when it is inside no guard.  TL_SELF too. */
int tl_process_suspend(const struct tl_handle *process);
int tl_process_resume(const struct tl_handle *process);

/* Thread ----------------------------------------------------------------- */

/* A task like a process, on a thread of this process.  It inherits no handles:
 * what it is to use comes to it in a message.  The calls above take its handle
 * too, but for tl_process_start; signal, suspend and resume return
 * TL_IS_THREAD, since the kernel does that to whole processes only.  Its end
 * is that of `run`, and its pid is the process's. */

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
/* In the thread: it hears of that no more; or not between the two calls, which
 * nest, where a wait must come to its own end. */
void tl_thread_end_cancel(void);
bool tl_thread_was_cancelled(void); /* some call has returned so */
void tl_cancel_hold(bool on);
/* In the thread: its job, until tl_thread_drop_job.  What the job carries is
 * held by it until then. */
void tl_thread_job(struct tl_parcel *parcel);
void tl_thread_drop_job(void);
/* In the thread, last before `run` returns: as tl_process_finish. */
void tl_thread_finish(int exitcode);

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

/* Who waits for whom, a line a task, of the last TL_STUCK; valid until this
 * thread calls again. */
const char *tl_report_stuck(void);
/* Makes it now, for the next call of tl_report_stuck: for who has got TL_STUCK
 * and is going to change what the report is of. */
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
    double since;        /* seconds it has waited or slept */
    unsigned hold_count; /* of those below; there may be more */
    char holds[TL_HOLDS_MOST][96]; /* "lock#1 "pan"" */
};

/* The first task from *number on in the arena (0, or a space); afterwards
 * *number is where to go on.  Begins with 1.  TL_EMPTY past the last. */
int tl_task_look(unsigned arena, uint32_t *number, struct tl_task_info *info);

/* For a look at another program of this user: its arena, as a space without
 * names, in which this process becomes a task.  TL_ENDED: no such process;
 * TL_NO_SPACE: it is no program of ours; TL_OTHER_VERSION; TL_SYSTEM;
 * TL_NO_TASKS. */
int tl_look_at(pid_t pid);
/* The same for a space, as tl_space_open, but none is made: TL_EMPTY. */
int tl_look_into(const char *name);

/* Leaves a space or program again, which this process has no handles of. */
void tl_look_away(unsigned arena);

/* This task. */
const char *tl_task_name(void);
bool tl_task_is_main(void);

/* The rest ----------------------------------------------------------------- */

#include "tidelock_wait.h"
#include "tidelock_space.h"
#include "tidelock_locks.h"
#include "tidelock_data.h"
#include "tidelock_jobs.h"
#include "tidelock_channel.h"
#include "tidelock_command.h"

#endif
