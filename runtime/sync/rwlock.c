#include "sync/rwlock.h"

#include <stdio.h>
#include <string.h>

#include "sync/cycle.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "base/fault.h"
#include "base/world.h"
#include "store/heap.h"
#include "tasks/life.h"
#include "base/clock.h"

#define OTHERS_TURN (10 * TL_MILLISECOND)

static struct tl_rwlock *rwlock_of(const struct tl_handle *handle)
{
    return handle->object;
}

static uint32_t *readers_of(const struct tl_rwlock *rwlock)
{
    return tl_at(rwlock->readers);
}

int tl_rwlock_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_rwlock *rwlock =
        tl_constructor_begin(out, TL_KIND_RWLOCK, name, 0, &status);
    if (!rwlock)
        return status;
    tl_guard_init(&rwlock->guard, TL_GUARD_OBJECT, rwlock);
    tl_wait_queue_init(&rwlock->can_read, rwlock, TL_VERB_READ);
    tl_wait_queue_init(&rwlock->can_write, rwlock, TL_VERB_WRITE);
    uint64_t size = (tl_task_limit() + 1) * sizeof(uint32_t);
    status = tl_heap_take(&rwlock->readers, size);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    memset(readers_of(rwlock), 0, size);
    return tl_constructor_finish(out, 0);
}

static uint32_t reading(const struct tl_rwlock *rwlock)
{
    uint32_t sum = 0;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        sum += readers_of(rwlock)[n];
    return sum;
}

/* Outside the guard, after every change of the holders. */
static void changed(struct tl_rwlock *rwlock)
{
    atomic_fetch_add(&rwlock->version, 1);
    tl_fault();
    tl_wake(&rwlock->can_write, 1);
    tl_wake(&rwlock->can_read, TL_WAKE_ALL);
}

static int taken(struct tl_rwlock *rwlock)
{
    int status = rwlock->abandoned ? TL_ABANDONED : TL_OK;
    rwlock->abandoned = 0;
    return status;
}

struct attempt {
    bool waited;
    uint64_t writes; /* when it began to wait */
    bool yields;     /* the lock is free, and left to the others */
    tl_deadline until;
    struct tl_entrant entrant; /* of a writer */
};

/* The lock is free, but the others are to have it next: whether this attempt
 * still leaves it to them. */
static bool yields(struct attempt *attempt, tl_deadline deadline)
{
    if (!attempt->until)
        attempt->until = tl_clock_now() + OTHERS_TURN;
    attempt->yields =
        !tl_clock_passed(tl_clock_earlier(deadline, attempt->until));
    return attempt->yields;
}

/* Whether a reader is to wait for the writers that wait. */
static bool waits_for_writers(struct tl_rwlock *rwlock, struct attempt *attempt,
                              tl_deadline deadline)
{
    bool first = attempt->writes == rwlock->writes && !rwlock->readers_next;
    bool listed = tl_wait_queue_waiting(&rwlock->can_write) > 0;
    if (!first || !(listed || rwlock->writers_next))
        return false;
    return listed || reading(rwlock) > 0 || yields(attempt, deadline);
}

/* Under the guard: TL_TIMEOUT where it cannot be had now. */
static int try_read(struct tl_rwlock *rwlock, struct attempt *attempt,
                    tl_deadline deadline)
{
    if (!attempt->waited)
        attempt->writes = rwlock->writes;
    attempt->waited = true;
    if (rwlock->writer || waits_for_writers(rwlock, attempt, deadline))
        return TL_TIMEOUT;
    readers_of(rwlock)[tl_task_number(tl_self)] = 1; /* commit */
    tl_fault();
    rwlock->readers_next = 0;
    if (attempt->until) /* the writer that was called has not come */
        rwlock->writers_next = 0;
    return taken(rwlock);
}

static int try_write(struct tl_rwlock *rwlock, struct attempt *attempt,
                     tl_deadline deadline)
{
    if (rwlock->writer || reading(rwlock) > 0)
        return TL_TIMEOUT;
    if (rwlock->readers_next && yields(attempt, deadline))
        return TL_TIMEOUT;
    if (!tl_turn_is_mine(&rwlock->turn, &attempt->entrant, deadline))
        return TL_TIMEOUT;
    rwlock->writer = tl_task_id(tl_self); /* commit */
    tl_fault();
    rwlock->readers_next = 0;
    rwlock->writers_next = 0;
    tl_turn_taken(&rwlock->turn, &attempt->entrant);
    return taken(rwlock);
}

static bool has_it(const struct tl_rwlock *rwlock)
{
    return rwlock->writer == tl_task_id(tl_self) ||
           readers_of(rwlock)[tl_task_number(tl_self)] > 0;
}

/* TL_OK: look again. */
static int wait_once(struct tl_rwlock *rwlock, struct tl_wait_queue *condition,
                     uint64_t version, struct attempt *attempt,
                     tl_deadline deadline)
{
    if (!attempt->yields && condition == &rwlock->can_write)
        return tl_turn_wait(&rwlock->turn, &attempt->entrant, condition,
                            &rwlock->version, version, 0, deadline);
    if (!attempt->yields)
        return tl_cycle_wait(condition, &rwlock->version, version, deadline);
    attempt->yields = false;
    int status = tl_wait_asleep(condition, &rwlock->version, version,
                                tl_clock_earlier(deadline, attempt->until));
    return status == TL_TIMEOUT ? TL_OK : status;
}

typedef int attempt_at(struct tl_rwlock *, struct attempt *, tl_deadline);

static int acquire(struct tl_rwlock *rwlock, attempt_at *try,
                   struct tl_wait_queue *condition, struct attempt *attempt,
                   tl_deadline deadline)
{
    if (has_it(rwlock))
        return TL_HELD;
    for (;;) {
        uint64_t version = atomic_load(&rwlock->version);
        int status = tl_guard_take(&rwlock->guard, deadline);
        if (status < 0)
            return status;
        status = try(rwlock, attempt, deadline);
        tl_guard_drop(&rwlock->guard);
        if (status != TL_TIMEOUT)
            return status;
        status = wait_once(rwlock, condition, version, attempt, deadline);
        if (status < 0)
            return status;
    }
}

int tl_rwlock_read(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter_until(handle, TL_OP_RWLOCK_READ, deadline);
    if (status < 0)
        return status;
    struct tl_rwlock *rwlock = rwlock_of(handle);
    struct attempt attempt = {0};
    return acquire(rwlock, try_read, &rwlock->can_read, &attempt, deadline);
}

/* Under the guard, when a writer does not wait any more: whether the readers
 * are still to leave the lock to one. */
static void one_writer_less(struct tl_rwlock *rwlock)
{
    rwlock->writers_next = tl_wait_queue_waiting(&rwlock->can_write) > 0;
    tl_fault();
}

int tl_rwlock_write(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter_until(handle, TL_OP_RWLOCK_WRITE, deadline);
    if (status < 0)
        return status;
    struct tl_rwlock *rwlock = rwlock_of(handle);
    struct attempt attempt = {.entrant.sleep = tl_cycle_wait_since};
    status = acquire(rwlock, try_write, &rwlock->can_write, &attempt, deadline);
    if (status >= 0 || status == TL_HELD)
        return status;
    tl_turn_leave(&rwlock->turn, &attempt.entrant);
    if (tl_guard_take(&rwlock->guard, deadline) == TL_OK) {
        one_writer_less(rwlock);
        tl_guard_drop(&rwlock->guard);
    }
    changed(rwlock); /* readers waited for this task's turn */
    return status;
}

/* Under the guard: takes the lock from `task`; whether it had it. */
static bool give_up(struct tl_rwlock *rwlock, const struct tl_task *task)
{
    uint32_t *reads = &readers_of(rwlock)[tl_task_number(task)];
    bool had = *reads > 0 || rwlock->writer == tl_task_id(task);
    *reads = 0; /* commit */
    tl_fault();
    if (rwlock->writer == tl_task_id(task)) {
        rwlock->writes++;
        rwlock->readers_next = tl_wait_queue_waiting(&rwlock->can_read) > 0;
        rwlock->writer = 0; /* commit */
    }
    tl_fault();
    if (tl_wait_queue_waiting(&rwlock->can_write) > 0)
        rwlock->writers_next = 1;
    return had;
}

int tl_rwlock_release(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_RWLOCK_RELEASE);
    if (status < 0)
        return status;
    struct tl_rwlock *rwlock = rwlock_of(handle);
    tl_guard_take(&rwlock->guard, TL_FOREVER);
    bool had = give_up(rwlock, tl_self);
    tl_guard_drop(&rwlock->guard);
    if (!had)
        return TL_NOT_HOLDER;
    changed(rwlock);
    return TL_OK;
}

void tl_rwlock_describe(const struct tl_object *object, int side, char *text,
                        size_t size)
{
    const struct tl_rwlock *rwlock = (const struct tl_rwlock *)object;
    uint32_t writer = rwlock->writer;
    char who[TL_NAME_SIZE + 32];
    (void)side;
    if (tl_life_goes_on(writer))
        snprintf(who, sizeof who, "written by %s (pid %d)",
                 tl_task_of(writer)->name,
                 (int)tl_world_pid(tl_task_of(writer)->pid));
    else
        snprintf(who, sizeof who, "read by %u", reading(rwlock));
    snprintf(text, size, "%s, %u waiting to read, %u to write", who,
             tl_wait_queue_waiting(&rwlock->can_read),
             tl_wait_queue_waiting(&rwlock->can_write));
}

/* A dead reader leaves nothing half-done in what the lock protects; a dead
 * writer may, and the next holder is told.  Nothing under the guard is ever
 * half-done, so the lock needs no repair. */
void tl_rwlock_task_died(struct tl_object *object, struct tl_task *dead,
                         struct tl_cell *cell)
{
    struct tl_rwlock *rwlock = (struct tl_rwlock *)object;
    (void)cell;
    tl_turn_forget(&rwlock->turn);
    tl_guard_take(&rwlock->guard, TL_FOREVER);
    if (rwlock->writer == tl_task_id(dead))
        rwlock->abandoned = 1;
    tl_fault();
    give_up(rwlock, dead);
    one_writer_less(rwlock);
    tl_guard_drop(&rwlock->guard);
    changed(rwlock);
}

void tl_rwlock_destroy(struct tl_object *object)
{
    tl_heap_release(&((struct tl_rwlock *)object)->readers, 0);
}

bool tl_rwlock_in_use(const struct tl_object *object,
                      const struct tl_task *task, const struct tl_cell *cell)
{
    const struct tl_rwlock *rwlock = (const struct tl_rwlock *)object;
    (void)cell;
    return rwlock->writer == tl_task_id(task) ||
           readers_of(rwlock)[tl_task_number(task)] > 0;
}

/* A writer waits for every reader.  A reader that lets writers go first may go
 * on as soon as they give up. */
uint32_t tl_rwlock_holder_id(const struct tl_object *object, uint32_t verb,
                             uint32_t after)
{
    const struct tl_rwlock *rwlock = (const struct tl_rwlock *)object;
    uint32_t writer = atomic_load(&rwlock->writer);
    uint32_t highest = tl_task_highest();
    if (writer)
        return (writer & TL_NUMBER_MASK) > after ? writer : 0;
    if (verb != TL_VERB_WRITE ||
        !tl_is_within(rwlock->readers, (highest + 1) * sizeof(uint32_t)))
        return 0;
    const uint32_t *readers = readers_of(rwlock);
    for (uint32_t n = after + 1; n <= highest; n++)
        /* acquire: before the second look at the pending words (sync/cycle) */
        if (__atomic_load_n(&readers[n], __ATOMIC_ACQUIRE) > 0)
            return tl_task_id(tl_task_at(n));
    return 0;
}
