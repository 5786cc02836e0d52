/*
 * Task: the table of the program's tasks, a slot each.
 *
 * A task is one flow of control.  Its slot holds what it says about itself, in
 * words that only it writes while it lives: which guard it may be inside, which
 * blocks it owns, what it waits for.  When it dies, these words are the truth
 * from which the others settle its debts (program/recover).
 *
 * A task is named by its id: the slot's number in the low TL_NUMBER_BITS, and
 * above it the epoch, which grows each time the slot is given away, so that an
 * id is not mistaken for a later tenant of the same slot.  Ids are not 0 and
 * fit in 31 bits: guards use the top bit.
 *
 * The word `state`, from its lowest bit:
 *
 *    8 bits  one of the states below
 *
 *   12 bits  the number of the task that claimed the slot for another; or 0
 *
 *   22 bits  the tid of the thread that claimed it for itself, being no task
 *            there yet; or 0
 *
 *   22 bits  the epoch
 *
 * The epoch is whole, so that a compare and swap of the word is about one
 * tenant: neither a child that comes late to a slot which was given up, nor a
 * task that looked at an earlier tenant, takes the slot for that one's.
 *
 * States:
 *   FREE      nobody's; the epoch is that of the next tenant
 *   STARTING  claimed by its creator, which fills it in and forks; or by a
 *             thread for itself, which is about to enter
 *   RUNNING   entered by its own task, which holds `life`
 *   ABORTED   its creator died before the fork: nobody will ever enter
 *   LEAVING   its task gives up what it has, in order, and then frees it
 *
 *   FREE -> STARTING    by the creator (compare and swap)
 *   STARTING -> RUNNING by the task itself (compare and swap)
 *   STARTING -> ABORTED by whoever finds creator or task dead (the same)
 *   RUNNING -> LEAVING  by the task itself
 *   any of the last three -> FREE, with a new epoch, by whoever settled its
 *                       debts
 */
#ifndef TL_TASK_H
#define TL_TASK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "memory/arena.h"
#include "memory/object.h"

#define TL_NUMBER_BITS 12
#define TL_NUMBER_MASK ((1u << TL_NUMBER_BITS) - 1)
#define TL_ID_MASK 0x7fffffffu
#define TL_TASKS_MOST (TL_NUMBER_MASK - 1)

/* Where in the state what it says lies; a tid has at most 22 bits
 * (PID_MAX_LIMIT). */
#define TL_STATE_CREATOR_SHIFT 8
#define TL_STATE_CLAIMER_SHIFT 20
#define TL_STATE_EPOCH_SHIFT 42

enum tl_task_state {
    TL_TASK_FREE,
    TL_TASK_STARTING,
    TL_TASK_RUNNING,
    TL_TASK_ABORTED,
    TL_TASK_LEAVING
};

/* States of the park word: see park/park.h. */
enum tl_park_state {
    TL_PARK_RUNNING,
    TL_PARK_ASLEEP,
    TL_PARK_CALLED,
    TL_PARK_POLLS
};

/* How far a task is in a wait. */
enum tl_waiting {
    TL_WAITING_NOT,
    TL_WAITING_ENTERS, /* listed, or about to be, or on its way out */
    TL_WAITING_SLEEPS  /* does nothing but sleep, until it is CALLED */
};

/* A node of a wait queue.  A task has one for each queue that it waits at: the
 * first is in the slot, the others are in chunks that stay with the slot
 * (park/wait_queue).  Nodes are written under the queue's guard.  The task sets
 * `condition` before the node is listed, and clears it after the node has left
 * the list, so that a death can be settled from it. */
struct tl_waiter {
    _Atomic uint64_t condition; /* offset of the tl_wait_queue, or 0 */
    uint64_t next, previous;    /* offsets of nodes */
    int64_t arrived;            /* its place in the list */
    _Atomic uint32_t linked;
    uint32_t task; /* number of the slot that this node belongs to */
};

/* What a task was doing inside a guard, for the repair (store/repair_note). */
enum tl_doing {
    TL_DOING_NOTHING,
    TL_DOING_PUT,
    TL_DOING_GET,
    TL_DOING_DONE,
    TL_DOING_GROW
};
struct tl_repair_note {
    uint32_t doing; /* enum tl_doing; written last, cleared first */
    uint32_t debt;  /* of the cell, before */
    uint64_t before;
    uint64_t cell;   /* offset */
    uint64_t packed; /* of a stream: its sum of bytes, before */
};

/* What a task is about to do, or does (wait/operation).  In the real world only
 * `operation` is kept: its words are for reports. */
struct tl_intent {
    _Atomic uint32_t operation; /* enum tl_operation */
    uint32_t arena;             /* of the object */
    uint64_t object;            /* offset; 0: none */
    uint64_t key;               /* which part of it; TL_INTENT_ALL: all */
    bool tries;                 /* and does not wait */
};
#define TL_INTENT_ALL UINT64_MAX
#define TL_INTENT_TRY (UINT64_MAX - 1) /* all of it, and it only tries */

#define TL_CELLS_FIRST 16
#define TL_CELL_CHUNKS 16
#define TL_WAITERS_FIRST 16 /* in the first chunk; each has twice as many */
#define TL_WAITER_CHUNKS 12

/* The owned blocks of a task: each word is 0 or the offset of a block that is
 * freed when the task dies. */
enum tl_owned_block {
    TL_OWNED_MESSAGE,      /* being sent, or received and not yet dropped */
    TL_OWNED_SEGMENT,      /* to be linked into a queue */
    TL_OWNED_OBJECT,       /* being made */
    TL_OWNED_RECLAIMED,    /* being destroyed */
    TL_OWNED_KEPT_MESSAGE, /* the first two of a wait that is interrupted */
    TL_OWNED_KEPT_SEGMENT, /* by something else (park/idle) */
    TL_OWNED_BLOCKS
};

/* Process groups that commands of the task lead (commands/command_group): who
 * settles its death ends them.  `pid` is written last, and cleared first. */
#define TL_GROUPS_MOST 8
struct tl_led_group {
    _Atomic int32_t pid;      /* of the leader, or 0 */
    _Atomic uint64_t started; /* when, as the system counts */
};

/* Padded on purpose: what others write lies on lines of its own. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct tl_task {
    /* See tasks/life.  Stays a mutex for ever, since the kernel may write to
     * it. */
    pthread_mutex_t life;
    _Atomic uint32_t id;
    _Atomic uint64_t state;
    _Atomic int32_t pid;      /* written by the task when it enters; else 0 */
    _Atomic int32_t tid;      /* of its thread, as gettid(2) has it; the same */
    _Atomic uint32_t cleaner; /* id of the task that settles its debts, or 0 */
    /* id << 32 | pid; the pid is 0 from the claim until the creator is back
     * from the fork.  The creator writes it by a compare and swap, since by
     * then the task may have ended, and the word be the next tenant's. */
    _Atomic uint64_t forked;
    _Atomic uint32_t life_made; /* by the first claimer; never undone */

    /* Written by the task about itself. */
    _Alignas(TL_LINE) _Atomic uint64_t inside; /* guard it may hold */
    struct tl_repair_note note;
    uint64_t owned_blocks[TL_OWNED_BLOCKS];
    struct tl_intent intent;

    /* Written by wakers too: a line of its own, so that a spinning waiter
     * disturbs nobody. */
    _Alignas(TL_LINE) _Atomic uint32_t park;
    _Atomic int32_t waker_cpu; /* of the task that called it last: a hint */

    _Alignas(TL_LINE) struct tl_waiter waiter;
    _Atomic uint64_t pending; /* what it waits for: see sync/cycle.h */
    _Atomic uint64_t person;  /* the same in all arenas: see sync/cycle.h */
    _Atomic int64_t deadline; /* while it sleeps */
    _Atomic int64_t since;    /* when it began to wait; nanoseconds */
    _Atomic uint32_t sleeps;  /* how often; see wait/deadlock_check */
    _Atomic uint32_t waiting; /* enum tl_waiting */
    uint32_t home; /* while it sleeps in a world of turns: its number there */

    _Alignas(TL_LINE) uint32_t parent; /* id, or 0 */
    uint32_t daemon;
    uint64_t process; /* offset of its process object; held by a reference
                         in `process_cell` */
    struct tl_cell process_cell;
    char name[TL_NAME_SIZE];
    char where[96]; /* script line of its last wait */
    char far[256];  /* what it waits for on a server; "": nothing */
    uint64_t chunks[TL_CELL_CHUNKS];          /* offsets of further cells */
    uint64_t waiter_chunks[TL_WAITER_CHUNKS]; /* of further nodes */
    _Atomic uint32_t waiters; /* nodes below this index may be listed */
    _Atomic uint32_t cells;   /* cells below this index may be in use */
    uint32_t cells_full;      /* and below this one none is free */
    struct tl_led_group groups[TL_GROUPS_MOST];
    _Alignas(16) struct tl_cell first_cells[TL_CELLS_FIRST];
};

/* Of an arena.  Slot 0 is nobody's. */
struct tl_task_table {
    _Atomic uint32_t highest; /* slots above it have never been used */
    _Atomic uint32_t next;    /* a hint: below it no slot may be free */
    uint32_t limit;           /* the last slot; constant */
    uint32_t spare;           /* how many at the end are not for children */
    struct tl_task slots[];
};

/* This thread as a task of the arena in which it works; NULL: it is none. */
extern _Thread_local struct tl_task *tl_self;

/* Carves the table for `limit` tasks, and `spare` more for threads that come
 * from outside: where children that died have left the table full, somebody
 * must get in to settle their debts.  TL_OK or TL_NO_MEMORY. */
int tl_task_table_make(uint32_t limit, uint32_t spare);

/* This thread works in that arena from now on. */
void tl_task_visit(unsigned arena);

/* Whether this thread is a task of that arena. */
bool tl_task_is_in(unsigned arena);

/* Its slot there, or NULL.  Async-signal-safe. */
struct tl_task *tl_task_in(unsigned arena);

/* Whether a thread of this process is a task there, or was: then the arena is
 * mapped, and can be looked at. */
bool tl_task_is_known(unsigned arena);

/* Its id there, wherever it works at the moment; 0: it is none. */
uint32_t tl_task_id_in(unsigned arena);

static inline struct tl_task_table *tl_task_table(void)
{
    return tl_region(TL_REGION_TASKS);
}

static inline struct tl_task *tl_task_at(uint32_t number)
{
    return &tl_task_table()->slots[number];
}

/* Slots above this number have never been used. */
static inline uint32_t tl_task_highest(void)
{
    return atomic_load_explicit(&tl_task_table()->highest,
                                memory_order_acquire);
}

static inline uint32_t tl_task_limit(void)
{
    return tl_task_table()->limit;
}

static inline uint32_t tl_task_id(const struct tl_task *task)
{
    return atomic_load_explicit(&task->id, memory_order_relaxed);
}

static inline struct tl_task *tl_task_of(uint32_t id)
{
    return tl_task_at(id & TL_NUMBER_MASK);
}

static inline uint32_t tl_task_number(const struct tl_task *task)
{
    return (uint32_t)(task - tl_task_at(0));
}

static inline enum tl_task_state tl_task_state(const struct tl_task *task)
{
    /* acquire: pairs with the release of the state's writer, whose slot we
     * are going to read */
    return (enum tl_task_state)(
        atomic_load_explicit(&task->state, memory_order_acquire) & 0xff);
}

/* Whether the slot belongs to a task, which may be dead already. */
static inline bool tl_task_taken(const struct tl_task *task)
{
    return tl_task_state(task) != TL_TASK_FREE;
}

/* Whether the task has a name; one without only looks on.  Relaxed, both, and
 * of one byte: who looks at a slot that its task gives up meanwhile may find
 * the one or the other, and looks again, or leaves out a task that is going. */
static inline bool tl_task_is_named(const struct tl_task *task)
{
    return __atomic_load_n(&task->name[0], __ATOMIC_RELAXED) != '\0';
}

static inline void tl_task_unname(struct tl_task *task)
{
    __atomic_store_n(&task->name[0], '\0', __ATOMIC_RELAXED);
}

/* For space/file_check: whether the state is one of the task of this id. */
bool tl_task_state_is_of(uint64_t state, uint32_t id);

/* Whether the task of this id is giving up its slot and has not quite done. */
bool tl_task_leaving(const struct tl_task *task, uint32_t id);

/* The calling thread is the task of the slot, in the present arena. */
void tl_task_become(struct tl_task *task);

/* This thread is no task of the arena any more; or of any. */
void tl_task_quit(void);
void tl_task_quit_all(void);

/* The process that runs in the slot, or 0: not known (yet). */
pid_t tl_task_pid(const struct tl_task *task);

/* By the creator: the fork for the task of this id gave `pid`. */
void tl_task_forked(struct tl_task *task, uint32_t id, pid_t pid);

/* Of a slot in state STARTING: the number of its creator, or 0; else, by the
 * state as read, the tid of the thread that claimed it for itself, or 0. */
uint32_t tl_task_creator(const struct tl_task *task);
static inline pid_t tl_task_claimer(uint64_t state)
{
    return (pid_t)(state >> TL_STATE_CLAIMER_SHIFT & 0x3fffff);
}

#endif
