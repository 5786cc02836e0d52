/*
 * Core: the program, time, handles and messages.  Part of tidelock.h.
 */
#ifndef TIDELOCK_CORE_H
#define TIDELOCK_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "public/status.h"

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

/* What tl_init does first: from here on tl_kind_name knows the kinds.  For
 * whoever makes no arena, or later. */
void tl_init_kinds(void);

/* At the end of main, and of any other task: asks its daemons to end by SIGTERM
 * (and after a grace of a second by SIGKILL), then joins every other child, and
 * its commands.  Daemon threads are left alone: they end with the process.
 * Blocks. */
int tl_main_end(void);

/* A hook of this process: a task that has come to its end, and joins children
 * first, passes on what it holds outside of the program.  May be NULL. */
extern void (*tl_held_hook)(void);

/* Called, where it is set, by a task that is to end, once a child that it joins
 * has been stopped for a while. */
extern void (*tl_stopped_hook)(const char *name, pid_t pid);

/* Kills every other process of the program, ends the groups of their commands,
 * and waits until none is left, for a second at most; called once more from a
 * signal handler, it waits no longer. The process is to end then.
 * Async-signal-safe. */
void tl_family_end(void);

/* Makes the blocking call this task is in, or comes to next, return
 * TL_INTERRUPTED once.  Async-signal-safe. */
void tl_interrupt(void);
void tl_interrupt_clear(void);

/* A hook of this thread, called when a signal has come while the thread sleeps:
 * true ends the call with TL_INTERRUPTED. */
extern _Thread_local bool (*tl_signal_hook)(void);

/* Hooks of this thread for handlers of signals that cannot do their work at
 * once: whether one has come whose work tl_signal_hook is to do; and whether
 * there are any, so that the thread must sleep in a way that none comes between
 * the look and the sleep. */
extern _Thread_local bool (*tl_signal_due)(void);
extern _Thread_local bool (*tl_signal_expected)(void);

/* A hook of this thread that writes "file:line" of the script into `where`;
 * called before a task goes to sleep, never with anything held. */
extern _Thread_local void (*tl_where_hook)(char *where, size_t size);

/* What this task waits for on a server, the script's line, and since when
 * (nanoseconds): for ps and top, until the wait ends. */
void tl_far_wait_say(const char *what, const char *where, int64_t since);
void tl_far_wait_end(void);

/* Hooks of this thread for what it has to do while it waits.  tl_idle_due says
 * whether there is anything, and tl_idle_run does it, before the task goes to
 * sleep, with nothing held.  tl_idle_run may call anything, but is not called
 * again meanwhile.  tl_interrupt and tl_board_attend make a task that sleeps
 * look. */
extern _Thread_local bool (*tl_idle_due)(void);
extern _Thread_local void (*tl_idle_run)(void);

/* The same of the last wait of a task, in tl_main_end, which sets tl_idle_due
 * to it; NULL: nothing is done there. */
extern _Thread_local bool (*tl_idle_due_last)(void);

/* Does what is due, as a wait would. */
void tl_idle_now(void);
/* Makes this thread do what is due where it sleeps, or as its next operation
 * begins; but one that is handed a message leaves it to tl_idle_first.
 * Async-signal-safe. */
void tl_idle_call(void);
/* Does what tl_idle_call has asked for: before a message is made. */
void tl_idle_first(void);
/* Whether signals may have this thread do something while it waits: then a wait
 * without end is no deadlock, but in a simulation, where tasks send signals. */
extern _Thread_local bool tl_idle_by_signals;
/* Whether tl_idle_run runs: a wait is interrupted, and what it is about must
 * stay. */
bool tl_idle_running(void);

/* A seed that differs from task to task, for the script's random numbers. */
uint64_t tl_task_seed(void);

/* Writes all of `data` to `fd`, in one piece: no other task's tl_output comes
 * in between, and no part is left out where the descriptor accepts it. */
int tl_output(int fd, const void *data, size_t size);

/* Time ------------------------------------------------------------------- */

typedef int64_t tl_deadline;
#define TL_NOW ((tl_deadline)0)
#define TL_FOREVER INT64_MAX

tl_deadline tl_deadline_in(double seconds); /* not NaN; <= 0 is TL_NOW */
double tl_now(void);                        /* seconds, monotonic */
double tl_real_now(void);                   /* the same in a simulation too */
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
    uint32_t forks; /* tl_handle_forks of the process that has used it last */
};
/* A bit of `side`: a copy of a handle, with which another thread of the
 * process only looks whether the object is ready (program/ready_fd). */
#define TL_SIDE_LOOKS 0x80

/* `out` of tl_X_new is all 0 but for `arena`, where the object is to be made: 0
 * is the program's own, else a space.  In a space, an object that has the name
 * already is opened instead.  TL_OTHER_KIND, TL_OTHER_SHAPE: that is not what
 * was asked for, but `out` is a handle to it.  Where `side` is TL_FIND_ANY, its
 * size and options do not matter. */
#define TL_FIND_ANY 1

/* The identity of an object and side: equal for the same object in all tasks
 * of a program, and what a message carries in its `refs`.  0 is no object. */
typedef uint64_t tl_ref;
tl_ref tl_handle_ref(const struct tl_handle *handle);

/* The identity that one of a parcel's refs means. */
tl_ref tl_ref_identity(tl_ref ref);

/* Opens a handle to an object that a message just received carries; the parcel
 * must not have been dropped yet.  TL_NO_MEMORY. */
int tl_handle_open(struct tl_handle *handle, tl_ref ref);

/* A further handle that only keeps the object: by one to a pipe's end this task
 * is no holder of that.  TL_NO_MEMORY. */
int tl_handle_keep(struct tl_handle *out, const struct tl_handle *handle);

/* Gives the handle back; twice is harmless. */
void tl_handle_close(struct tl_handle *handle);

/* The same while a wait of this task may be about the object, as tl_idle_run
 * does it: `kept` takes the place of what the wait still uses, and is to be
 * closed later.  What the task owes until now counts as abandoned, and an end
 * of a pipe is held no more. */
void tl_handle_retire(struct tl_handle *kept, struct tl_handle *handle);

const char *tl_kind_name(int kind); /* "lock", "pipe", ... */

/* One line about the object's live state into text (TL_TEXT_SIZE is enough):
 * lock#3 "till": held by buyer-2 (pid 4711), 3 waiting.  Borrows handle. */
void tl_describe(const struct tl_handle *handle, char *text, size_t size);

/* A `?` in the place of what a terminal would not show as a character, such as
 * what moves its cursor.  What tl_describe and the like tell has gone through
 * this. */
void tl_printable_make(char *text);

/* The object's name, "" for none, and its number among its kind. */
uint64_t tl_handle_name(const struct tl_handle *handle,
                        char name[TL_NAME_SIZE]);

/* Only kind, number and name, for messages: lock#3 "till" */
void tl_title(const struct tl_handle *handle, char *text, size_t size);

/* Messages --------------------------------------------------------------- */

/* What a sender hands over: the bytes of all slices in order, taken from where
 * they lie; and in `refs` the objects that the message carries.  All borrowed
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

#endif
