/*
 * Hold: a word that one task at a time holds.  The core of lock, and what
 * keeps the writers of a value apart.
 *
 * The word:
 *   bits 0-30  id of the holder, or 0: free
 *   bit  31    hungry: somebody has waited long; newcomers wait too
 *   bit  32    abandoned: the last holder died holding it (then free)
 *
 *   0 or abandoned -> holder      by compare and swap: who comes first
 * (barging) holder         -> 0 (hungry)  by the holder holder         ->
 * abandoned   by whoever settles the dead holder's debts hungry is set by a
 * waiter that has lost for a millisecond or 30 times, and cleared by the next
 * taker, whoever has waited; a newcomer waits at most a millisecond for that,
 * since the hungry one may have given up or died.
 *
 * Barging since a hand-over by name costs a sleep each time, and the named may
 * be dead (nsync, public/nsync_mu.h, has the same rules).
 *
 * A wait without a deadline that would close a cycle of waits is not begun
 * (sync/cycle).
 */
#ifndef TL_OWNER_H
#define TL_OWNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/wait.h"

#define TL_OWNER_HUNGRY (UINT64_C(1) << 31)
#define TL_OWNER_ABANDONED (UINT64_C(1) << 32)

struct tl_owner {
    _Atomic uint64_t word; /* seq_cst: a watch word */
    /* offset of the tickets whose notified tasks are to be called once the word
     * is free again, since they want it; or 0; written by the holder, or for a
     * dead one by recovery, which calls everybody */
    uint64_t owed;
    struct tl_wait_queue released; /* wake one: all want the same */
};

void tl_owner_init(struct tl_owner *owner, const void *object);
int tl_owner_acquire_slow(struct tl_owner *owner, tl_deadline deadline);
int tl_owner_release(struct tl_owner *owner); /* TL_NOT_HOLDER */

/* As tl_lock_acquire. */
static inline int tl_owner_acquire(struct tl_owner *owner, tl_deadline deadline)
{
    uint64_t free = 0;
    /* acquire: pairs with the release in tl_owner_release */
    if (__builtin_expect(atomic_compare_exchange_strong_explicit(
                             &owner->word, &free, tl_task_id(tl_self),
                             memory_order_acq_rel, memory_order_relaxed),
                         1)) {
        tl_fault();
        return TL_OK;
    }
    return tl_owner_acquire_slow(owner, deadline);
}

/* Id of the holder, or 0. */
uint32_t tl_owner_holder(const struct tl_owner *owner);

/* The same as tl_kind's holder. */
static inline uint32_t tl_owner_next(const struct tl_owner *owner,
                                     uint32_t after)
{
    uint32_t id = tl_owner_holder(owner);
    return (id & TL_NUMBER_MASK) > after ? id : 0;
}

/* The holder's name; false when free. */
bool tl_owner_holder_name(const struct tl_owner *owner,
                          char name[TL_NAME_SIZE]);

/* "held by buyer-2 (pid 4711), 3 waiting" */
void tl_owner_describe(const struct tl_owner *owner, char *text, size_t size);

/* Marks it abandoned if `dead` holds it. */
void tl_owner_task_died(struct tl_owner *owner, struct tl_task *dead);

#endif
