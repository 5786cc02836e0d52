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
 *   - Every call may return TL_FOREIGN, and every blocking call TL_STUCK or
 *     TL_INTERRUPTED, besides what it lists.
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

/* Main only, at its end: asks daemons to end by SIGTERM (and after a grace of
 * a second by SIGKILL), then joins every other child.  Blocks. */
int tl_main_end(void);

/* Sends `signal` to every task of the program but this one. */
void tl_family_signal(int signal);

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
int tl_cpu_count(void);

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
    TL_KIND_BOARD,
    TL_KIND_JOB, /* a handle of this kind borrows its board's */
    TL_KINDS
};

struct tl_handle {
    void *object;  /* NULL when closed */
    uint32_t cell; /* where this task's slot counts the reference */
    uint16_t arena; /* the program's own, or a space */
    uint8_t kind;  /* enum tl_kind_id */
    uint8_t side;  /* which end of a pipe: 0 or 1; else 0 */
};

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

/* Waits until at least one of the objects is ready: a queue or an end of a pipe
 * with a message, or closed; an ended process; a set event; an open latch.
 * How many are, and ready[i] says which.  TL_TIMEOUT; TL_NOT_WAITABLE,
 * TL_NOT_STARTED and TL_SELF, with *wrong the index; TL_NO_MEMORY. */
int tl_wait_any(const struct tl_handle *const *handles, uint32_t count,
                bool *ready, uint32_t *wrong, tl_deadline deadline);

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
    unsigned arena;                     /* whose objects the refs are */
    uint64_t block;                     /* private: 0 when inline */
    _Alignas(16) unsigned char small[TL_SMALL_SIZE]; /* private */
};
void tl_parcel_drop(struct tl_parcel *parcel);

/* A parcel's i-th reference, for tl_handle_open. */
tl_ref tl_parcel_ref(const struct tl_parcel *parcel, size_t i);

/* Spaces ----------------------------------------------------------------- */

/* A space is an arena in a file, where unrelated programs of one user find
 * objects by name.  They live until they are removed and nobody uses them. */

/* Opens the space, made where there is none, for this program: its number,
 * from 1; or a status: TL_SYSTEM with errno; TL_NO_TASKS; TL_TOO_MANY_SPACES;
 * and TL_BAD_NAME, TL_NOT_OURS, TL_NO_SPACE, TL_OTHER_VERSION for a file that
 * is in the way.  tl_space_path says which file.  A new space has room for
 * TIDELOCK_SPACE (bytes). */
int tl_space_open(const char *name);
/* Removes the file; who has the space open keeps it.  TL_EMPTY: there is none;
 * TL_BAD_NAME; TL_NOT_OURS; TL_SYSTEM. */
int tl_space_unlink(const char *name);
/* The space's name; NULL: no such number. */
const char *tl_space_name(unsigned space);
/* The file of the space; false: the name cannot be one. */
bool tl_space_path(const char *name, char *path, size_t size);

/* The i-th named object, from 0; TL_EMPTY past the last. */
int tl_space_at(unsigned space, size_t i, struct tl_handle *out);
/* TL_EMPTY: there is none of the name. */
int tl_space_find(unsigned space, const char *name, struct tl_handle *out);
/* Gives the name to an object of the space that was made without one; where
 * another was faster, as tl_X_new. */
int tl_space_enter(struct tl_handle *handle, const char *name);
/* The name is free again; who has the object keeps it.  TL_EMPTY. */
int tl_space_remove(unsigned space, const char *name);

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

/* Lock ------------------------------------------------------------------- */

int tl_lock_new(struct tl_handle *out, const char *name);
/* TL_OK; TL_ABANDONED: acquired, its last holder died; TL_TIMEOUT; TL_HELD by
 * this task; TL_DEADLOCK: the wait would close a cycle (tl_deadlock_text). */
int tl_lock_acquire(const struct tl_handle *lock, tl_deadline deadline);
int tl_lock_release(const struct tl_handle *lock); /* TL_NOT_HOLDER */
/* The holder's name into `name`; false when free. */
bool tl_lock_holder(const struct tl_handle *lock, char name[TL_NAME_SIZE]);
/* "chef-1 holds lock "pan" and wants "salt"; ..." of this thread's last
 * TL_DEADLOCK. */
const char *tl_deadlock_text(void);

/* Rlock ------------------------------------------------------------------ */

/* A lock that its holder may acquire again; it is free after as many releases.
 * Results as for the lock, but never TL_HELD. */
int tl_rlock_new(struct tl_handle *out, const char *name);
int tl_rlock_acquire(const struct tl_handle *rlock, tl_deadline deadline);
int tl_rlock_release(const struct tl_handle *rlock);
bool tl_rlock_holder(const struct tl_handle *rlock, char name[TL_NAME_SIZE]);

/* Rwlock ----------------------------------------------------------------- */

/* Many readers or one writer.  Who wants to read waits while somebody waits to
 * write.  TL_OK; TL_ABANDONED: a writer died; TL_TIMEOUT; TL_HELD: this task
 * has it, and would wait for itself. */
int tl_rwlock_new(struct tl_handle *out, const char *name);
int tl_rwlock_read(const struct tl_handle *rwlock, tl_deadline deadline);
int tl_rwlock_write(const struct tl_handle *rwlock, tl_deadline deadline);
int tl_rwlock_release(const struct tl_handle *rwlock); /* TL_NOT_HOLDER */

/* Condition -------------------------------------------------------------- */

/* With the lock given, or one of its own where `lock` is NULL. */
int tl_condition_new(struct tl_handle *out, const char *name,
                     const struct tl_handle *lock);
int tl_condition_acquire(const struct tl_handle *condition,
                         tl_deadline deadline);
int tl_condition_release(const struct tl_handle *condition);
/* Gives the lock up, waits to be notified, and takes the lock again.  TL_OK,
 * TL_ABANDONED (of the lock); TL_TIMEOUT, with the lock; TL_NOT_HOLDER. */
int tl_condition_wait(const struct tl_handle *condition, tl_deadline deadline);
/* Exactly `n` waiters go on, or all there are where they are fewer; those who
 * have waited longest.  TL_NOT_HOLDER. */
int tl_condition_notify(const struct tl_handle *condition, uint32_t n);

/* Latch ------------------------------------------------------------------ */

int tl_latch_new(struct tl_handle *out, const char *name, uint32_t count);
int tl_latch_count_down(const struct tl_handle *latch, uint32_t n);
int tl_latch_wait(const struct tl_handle *latch, tl_deadline deadline);
uint32_t tl_latch_count(const struct tl_handle *latch);

/* Semaphore -------------------------------------------------------------- */

/* bounded: never above `value`, and a dead task's seats come back. */
int tl_semaphore_new(struct tl_handle *out, const char *name, uint32_t value,
                     bool bounded);
int tl_semaphore_acquire(const struct tl_handle *semaphore,
                         tl_deadline deadline); /* TL_TIMEOUT */
int tl_semaphore_release(const struct tl_handle *semaphore,
                         uint32_t n); /* TL_OVER: nothing was released */
uint32_t tl_semaphore_value(const struct tl_handle *semaphore);

/* Event ------------------------------------------------------------------ */

int tl_event_new(struct tl_handle *out, const char *name);
int tl_event_set(const struct tl_handle *event);
int tl_event_clear(const struct tl_handle *event);
bool tl_event_is_set(const struct tl_handle *event);
/* TL_TIMEOUT.  A set that is cleared at once still lets the waiters go. */
int tl_event_wait(const struct tl_handle *event, tl_deadline deadline);

/* Barrier ---------------------------------------------------------------- */

int tl_barrier_new(struct tl_handle *out, const char *name, uint32_t parties);
/* The place 1..parties in which this task arrived; TL_TIMEOUT (the barrier is
 * broken then); TL_BROKEN. */
int tl_barrier_wait(const struct tl_handle *barrier, tl_deadline deadline);
int tl_barrier_reset(const struct tl_handle *barrier);
int tl_barrier_abort(const struct tl_handle *barrier);
uint32_t tl_barrier_parties(const struct tl_handle *barrier);
uint32_t tl_barrier_waiting(const struct tl_handle *barrier);
bool tl_barrier_broken(const struct tl_handle *barrier);

/* Value ------------------------------------------------------------------ */

/* A Lua number: integers and floats stay what they are. */
struct tl_number {
    bool is_float;
    union {
        int64_t i;
        double f;
    };
};
int tl_value_new(struct tl_handle *out, const char *name, struct tl_number n);
int tl_value_get(const struct tl_handle *value, struct tl_number *n);
int tl_value_set(const struct tl_handle *value, struct tl_number n);
/* *n: in, what to add; out, the sum.  Lua's rules of arithmetic. */
int tl_value_add(const struct tl_handle *value, struct tl_number *n);
/* *set: whether the value was equal to `old` and is now `new_`. */
int tl_value_compare_set(const struct tl_handle *value, struct tl_number old,
                         struct tl_number new_, bool *set);
/* update: begin gives the value and keeps other writers out until commit or
 * cancel.  TL_HELD: this task is in an update of it already. */
int tl_value_begin(const struct tl_handle *value, struct tl_number *n);
int tl_value_commit(const struct tl_handle *value, struct tl_number n);
int tl_value_cancel(const struct tl_handle *value);

/* Array ------------------------------------------------------------------ */

enum tl_element {
    TL_INT8, TL_UINT8, TL_INT16, TL_UINT16, TL_INT32, TL_UINT32,
    TL_INT64, TL_UINT64, TL_FLOAT, TL_DOUBLE,
    TL_ELEMENTS
};
const char *tl_element_name(enum tl_element type);
/* `length` elements, all 0. */
int tl_array_new(struct tl_handle *out, const char *name, enum tl_element type,
                 uint64_t length);
uint64_t tl_array_length(const struct tl_handle *array);
enum tl_element tl_array_type(const struct tl_handle *array);
/* Elements are read and written whole.  The index counts from 0 and must be
 * within the length.  TL_OVER: the number does not fit the type. */
int tl_array_get(const struct tl_handle *array, uint64_t index,
                 struct tl_number *n);
int tl_array_set(const struct tl_handle *array, uint64_t index,
                 struct tl_number n);
/* *n: in, what to add; out, the sum; atomic. */
int tl_array_add(const struct tl_handle *array, uint64_t index,
                 struct tl_number *n);

/* Buffer ----------------------------------------------------------------- */

/* `size` bytes, all 0, that any task reads and writes as it likes. */
int tl_buffer_new(struct tl_handle *out, const char *name, uint64_t size);
uint64_t tl_buffer_size(const struct tl_handle *buffer);
/* The bytes themselves; NULL: closed, or no task of the program. */
unsigned char *tl_buffer_data(const struct tl_handle *buffer);

/* Table ------------------------------------------------------------------ */

enum tl_key_type {
    TL_KEY_STRING = 1,
    TL_KEY_INTEGER,
    TL_KEY_FLOAT, /* not NaN; one that is an integer is taken for that */
    TL_KEY_BOOLEAN
};
struct tl_key {
    enum tl_key_type type;
    union {
        struct {
            const char *data; /* borrowed */
            size_t size;
        } string;
        int64_t i;
        double f;
        bool b;
    };
};

/* Keys and values that any task reads and writes; each call is atomic.  Empty
 * at first.  TL_NO_MEMORY. */
int tl_table_new(struct tl_handle *out, const char *name);
/* TL_EMPTY: no such key.  The handle must outlive the parcel. */
int tl_table_get(const struct tl_handle *table, const struct tl_key *key,
                 struct tl_parcel *parcel);
/* Waits while another task is in an update.  m NULL: removes the key.
 * TL_NO_MEMORY, TL_TOO_LARGE, and what tl_lock_acquire returns. */
int tl_table_set(const struct tl_handle *table, const struct tl_key *key,
                 const struct tl_message *m);
/* From begin to end only this task writes to the table; others read.  May be
 * begun again in between, and is over after as many ends.  What the task has
 * set stands, also when it dies.  TL_TIMEOUT, TL_DEADLOCK. */
int tl_table_begin(const struct tl_handle *table, tl_deadline deadline);
int tl_table_end(const struct tl_handle *table); /* TL_NOT_HOLDER */
/* n such that there are keys 1 to n, and no n + 1; 0: there is no 1.  Where
 * there are gaps, any such n. */
int64_t tl_table_length(const struct tl_handle *table);
int64_t tl_table_count(const struct tl_handle *table); /* of all keys */
/* All keys at one moment, in the order in which they were set first, into
 * `buffer`.  How many bytes they take: where that is more than `size`, the
 * buffer is not filled. */
int64_t tl_table_keys(const struct tl_handle *table, void *buffer,
                      size_t size);
/* Reads the key at `at` in such a buffer; where the next one is. */
const void *tl_key_read(const void *at, struct tl_key *key);

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
 * results; else the error's text.  TL_NO_MEMORY. */
int tl_process_set_result(bool ok, const struct tl_message *m);
/* In the child, last: gives back all that the task held and wakes who waits
 * for it.  Only _exit may follow. */
void tl_process_finish(int exitcode);

int tl_process_join(const struct tl_handle *process, tl_deadline deadline);
/* TL_OK with *ok and the parcel of set_result (several may ask); TL_EMPTY:
 * ended without a result (killed, os.exit); TL_TIMEOUT; TL_NOT_STARTED;
 * TL_SELF. */
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

/* Handles to this task's process; its parent's (TL_EMPTY for main, or when the
 * parent has ended); the i-th live child's, from 0 (TL_EMPTY past the last). */
int tl_process_current(struct tl_handle *out);
int tl_process_parent(struct tl_handle *out);
int tl_process_child(struct tl_handle *out, size_t i);

/* Reaps ended children of this process, so that none stays a zombie. */
void tl_process_reap(void);

/* Board: the jobs of a pool -------------------------------------------- */

#include "jobs.h"

/* Reports ---------------------------------------------------------------- */

/* Who waits for whom, a line a task, of the last TL_STUCK; valid until this
 * thread calls again. */
const char *tl_report_stuck(void);

/* This task. */
const char *tl_task_name(void);
bool tl_task_is_main(void);

#endif
