/*
 * Guard: a short critical section whose next taker repairs after a dead
 * holder.
 *
 * The word:
 *   0                      free
 *   id of a task           held by it
 *   id | TL_GUARD_SLEEPERS held, and somebody may sleep on the word
 *
 * Before it takes a guard, a task writes the guard's offset into `inside` of
 * its slot, and clears it after the release; so whoever finds it dead knows
 * which guard it may hold.  Whoever meets a dead holder takes the guard over,
 * by a compare and swap from exactly the dead task's id (a later tenant of the
 * slot has another), and repairs before anything else.
 *
 * Order: at most one guard at a time, so there is no order to keep.  Inside: no
 * allocation, no Lua, no sleep, no system call but a wake.
 *
 * Taken by whoever comes first (barging), after a spin of a few microseconds;
 * queue locks are 10 to 30 times slower when tasks outnumber CPUs.
 */
#ifndef TL_GUARD_H
#define TL_GUARD_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/fault.h"
#include "tasks/task.h"
#include "tidelock.h"

#define TL_GUARD_SLEEPERS 0x80000000u

/* Whose repair a guard needs. */
enum tl_guard_role {
    TL_GUARD_OBJECT,     /* tl_kind.repair of the object */
    TL_GUARD_WAIT_QUEUE, /* the wait queue around it */
    TL_GUARD_HEAP,       /* store/heap */
    TL_GUARD_REFS        /* store/refs: the log around it */
};

struct tl_guard {
    _Atomic uint32_t word;
    uint32_t role;   /* constant */
    uint64_t object; /* offset of the object it belongs to; constant */
};

void tl_guard_init(struct tl_guard *guard, enum tl_guard_role role,
                   const void *object);

/* The part of tl_guard_take that does not fit a line. */
int tl_guard_take_slow(struct tl_guard *guard, tl_deadline deadline);

/* TL_OK; TL_TIMEOUT: the holder has not released it by the deadline,
 * nor within 50 ms (it may be stopped). */
static inline int tl_guard_take(struct tl_guard *guard, tl_deadline deadline)
{
    struct tl_task *self = tl_self;
    /* relaxed: read by others only after this task's death, when all its
     * stores are out; the acq_rel below keeps the compiler from moving it */
    atomic_store_explicit(&self->inside, tl_offset(guard),
                          memory_order_relaxed);
    tl_fault();
    uint32_t free = 0;
    /* acquire: pairs with the release in tl_guard_drop */
    if (__builtin_expect(atomic_compare_exchange_strong_explicit(
                             &guard->word, &free, tl_task_id(self),
                             memory_order_acq_rel, memory_order_relaxed),
                         1)) {
        tl_fault();
        return TL_OK;
    }
    return tl_guard_take_slow(guard, deadline);
}

void tl_guard_wake(struct tl_guard *guard);

static inline void tl_guard_drop(struct tl_guard *guard)
{
    /* the next taker needs the release; tl_wake_after_drop needs that it also
     * orders the commit store before the look at who waits */
    uint32_t word = atomic_exchange(&guard->word, 0);
    tl_fault();
    if (__builtin_expect(word & TL_GUARD_SLEEPERS, 0))
        tl_guard_wake(guard);
    atomic_store_explicit(&tl_self->inside, 0, memory_order_release);
    tl_fault();
}

#endif
