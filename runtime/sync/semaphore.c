#include "sync/semaphore.h"

#include <stdio.h>
#include <string.h>

#include "sync/cycle.h"
#include "store/constructor.h"
#include "store/handle.h"
#include "base/fault.h"
#include "store/heap.h"
#include "tasks/life.h"
#include "base/clock.h"

static struct tl_semaphore *semaphore_of(const struct tl_handle *handle)
{
    return handle->object;
}

static uint32_t *seats_of(const struct tl_semaphore *semaphore)
{
    return tl_at(semaphore->seats);
}

static int make_seats(struct tl_semaphore *semaphore)
{
    uint64_t size = (tl_task_limit() + 1) * sizeof(uint32_t);
    int status = tl_heap_take(&semaphore->seats, size);
    if (status == TL_OK)
        memset(seats_of(semaphore), 0, size);
    return status;
}

int tl_semaphore_new(struct tl_handle *out, const char *name, uint32_t value,
                     bool bounded)
{
    int status;
    struct tl_semaphore *semaphore = tl_constructor_begin(
        out, TL_KIND_SEMAPHORE, name, (uint64_t)bounded << 32 | value, &status);
    if (!semaphore)
        return status;
    tl_guard_init(&semaphore->guard, TL_GUARD_OBJECT, semaphore);
    tl_wait_queue_init(&semaphore->released, semaphore, TL_VERB_ACQUIRE);
    atomic_store(&semaphore->word, value);
    if (bounded) {
        status = make_seats(semaphore);
        if (status < 0) {
            tl_refs_reclaim_for(tl_self);
            return status;
        }
        semaphore->bound = value;
    }
    return tl_constructor_finish(out, 0);
}

static bool is_bounded(const struct tl_semaphore *semaphore)
{
    return semaphore->seats != 0;
}

/* ---- unbounded ---- */

static bool take(struct tl_semaphore *semaphore)
{
    uint64_t value = atomic_load(&semaphore->word);
    while (value > 0) {
        if (atomic_compare_exchange_weak(&semaphore->word, &value, value - 1)) {
            tl_fault();
            return true;
        }
    }
    return false;
}

static int give(struct tl_semaphore *semaphore, uint32_t n)
{
    uint64_t value = atomic_load(&semaphore->word);
    do {
        if (value + n > UINT32_MAX)
            return TL_OVER;
    } while (
        !atomic_compare_exchange_weak(&semaphore->word, &value, value + n));
    tl_fault();
    return TL_OK;
}

/* ---- bounded: under the guard ---- */

static uint64_t taken(const struct tl_semaphore *semaphore)
{
    uint64_t sum = 0;
    for (uint32_t n = 1, highest = tl_task_highest(); n <= highest; n++)
        sum += seats_of(semaphore)[n];
    return sum;
}

static void recount(struct tl_semaphore *semaphore)
{
    atomic_store(&semaphore->word, semaphore->bound - taken(semaphore));
    tl_fault();
}

static bool take_seat(struct tl_semaphore *semaphore, tl_deadline deadline)
{
    /* a stopped holder must not make a try wait: it finds no seat */
    if (tl_guard_take(&semaphore->guard, deadline) < 0)
        return false;
    uint64_t value = atomic_load(&semaphore->word);
    if (value > 0) {
        seats_of(semaphore)[tl_task_number(tl_self)]++; /* commit */
        tl_fault();
        atomic_store(&semaphore->word, value - 1);
        tl_fault();
    }
    tl_guard_drop(&semaphore->guard);
    return value > 0;
}

static void give_seats_of(struct tl_semaphore *semaphore, uint32_t number,
                          uint32_t *n)
{
    uint32_t *seats = &seats_of(semaphore)[number];
    uint32_t back = *seats < *n ? *seats : *n;
    *seats -= back; /* commit */
    tl_fault();
    *n -= back;
}

static int give_seats(struct tl_semaphore *semaphore, uint32_t n)
{
    tl_guard_take(&semaphore->guard, TL_FOREVER);
    int status = taken(semaphore) < n ? TL_OVER : TL_OK;
    if (status == TL_OK) {
        give_seats_of(semaphore, tl_task_number(tl_self), &n);
        if (n > 0)
            atomic_store(&semaphore->lent, 1);
        tl_fault();
        for (uint32_t i = 1; n > 0 && i <= tl_task_highest(); i++)
            give_seats_of(semaphore, i, &n);
        recount(semaphore);
    }
    tl_guard_drop(&semaphore->guard);
    return status;
}

/* ---- both ---- */

static bool try(struct tl_semaphore *semaphore, tl_deadline deadline)
{
    return is_bounded(semaphore) ? take_seat(semaphore, deadline)
                                 : take(semaphore);
}

/* Calls a waiter for what is free, if anything is: it may have left that to
 * another task. */
static void wake_next(struct tl_semaphore *semaphore)
{
    if (atomic_load(&semaphore->word) > 0)
        tl_wake(&semaphore->released, 1);
}

static int wait_for_seat(struct tl_semaphore *semaphore,
                         struct tl_entrant *entrant, uint64_t value,
                         tl_deadline deadline)
{
    return tl_turn_wait(&semaphore->turn, entrant, &semaphore->released,
                        &semaphore->word, value, 0, deadline);
}

int tl_semaphore_acquire(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter_until(handle, TL_OP_SEMAPHORE_ACQUIRE, deadline);
    if (status < 0)
        return status;
    struct tl_semaphore *semaphore = semaphore_of(handle);
    struct tl_entrant entrant = {
        .sleep = is_bounded(semaphore) ? tl_cycle_wait_since : tl_wait_since};
    for (;;) {
        uint64_t value = atomic_load(&semaphore->word);
        bool may =
            value > 0 && tl_turn_is_mine(&semaphore->turn, &entrant, deadline);
        if (may && try(semaphore, deadline)) {
            if (tl_turn_taken(&semaphore->turn, &entrant))
                wake_next(semaphore);
            return TL_OK;
        }
        if (may && !tl_clock_passed(deadline))
            continue;
        status = wait_for_seat(semaphore, &entrant, value, deadline);
        if (status < 0) {
            /* this task may have been called, and could not use that in time */
            tl_turn_leave(&semaphore->turn, &entrant);
            wake_next(semaphore);
            return status;
        }
    }
}

int tl_semaphore_release(const struct tl_handle *handle, uint32_t n)
{
    int status = tl_enter(handle, TL_OP_SEMAPHORE_RELEASE);
    if (status < 0 || n == 0)
        return status;
    struct tl_semaphore *semaphore = semaphore_of(handle);
    status =
        is_bounded(semaphore) ? give_seats(semaphore, n) : give(semaphore, n);
    if (status == TL_OK)
        tl_wake(&semaphore->released, n);
    return status;
}

uint32_t tl_semaphore_value(const struct tl_handle *handle)
{
    if (tl_enter(handle, TL_OP_SEMAPHORE_VALUE) < 0)
        return 0;
    struct tl_semaphore *semaphore = semaphore_of(handle);
    if (is_bounded(semaphore))
        tl_life_sweep(); /* seats of the dead are free */
    return (uint32_t)atomic_load(&semaphore->word);
}

void tl_semaphore_describe(const struct tl_object *object, int side, char *text,
                           size_t size)
{
    const struct tl_semaphore *semaphore = (const struct tl_semaphore *)object;
    char bound[32] = "";
    (void)side;
    if (is_bounded(semaphore))
        snprintf(bound, sizeof bound, " of %u", semaphore->bound);
    snprintf(text, size, "%u%s free, %u waiting",
             (unsigned)atomic_load(&semaphore->word), bound,
             tl_wait_queue_waiting(&semaphore->released));
}

bool tl_semaphore_check(const struct tl_object *object)
{
    const struct tl_semaphore *semaphore = (const struct tl_semaphore *)object;
    return !is_bounded(semaphore) ||
           atomic_load(&semaphore->word) + taken(semaphore) == semaphore->bound;
}

void tl_semaphore_repair(struct tl_object *object, struct tl_guard *guard,
                         struct tl_task *dead)
{
    (void)guard;
    (void)dead;
    recount((struct tl_semaphore *)object);
}

void tl_semaphore_task_died(struct tl_object *object, struct tl_task *dead,
                            struct tl_cell *cell)
{
    struct tl_semaphore *semaphore = (struct tl_semaphore *)object;
    (void)cell;
    tl_turn_forget(&semaphore->turn);
    if (!is_bounded(semaphore))
        return;
    tl_guard_take(&semaphore->guard, TL_FOREVER);
    seats_of(semaphore)[tl_task_number(dead)] = 0; /* commit */
    tl_fault();
    recount(semaphore);
    tl_guard_drop(&semaphore->guard);
    tl_wake(&semaphore->released, TL_WAKE_ALL);
}

void tl_semaphore_destroy(struct tl_object *object)
{
    tl_heap_release(&((struct tl_semaphore *)object)->seats, 0);
}

bool tl_semaphore_in_use(const struct tl_object *object,
                         const struct tl_task *task, const struct tl_cell *cell)
{
    const struct tl_semaphore *semaphore = (const struct tl_semaphore *)object;
    (void)cell;
    return is_bounded(semaphore) &&
           seats_of(semaphore)[tl_task_number(task)] > 0;
}

uint32_t tl_semaphore_holder_id(const struct tl_object *object, uint32_t verb,
                                uint32_t after)
{
    const struct tl_semaphore *semaphore = (const struct tl_semaphore *)object;
    uint32_t highest = tl_task_highest();
    (void)verb;
    if (atomic_load(&semaphore->word) > 0 || atomic_load(&semaphore->lent) ||
        !tl_is_within(semaphore->seats, (highest + 1) * sizeof(uint32_t)))
        return 0;
    const uint32_t *seats = seats_of(semaphore);
    for (uint32_t n = after + 1; n <= highest; n++)
        /* acquire: before the second look at the pending words (sync/cycle) */
        if (__atomic_load_n(&seats[n], __ATOMIC_ACQUIRE) > 0)
            return tl_task_id(tl_task_at(n));
    return 0;
}
