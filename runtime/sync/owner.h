/*
 * Owner: a word that one task at a time holds.  It is the core of the lock, and
 * keeps the writers of a value or a table apart.
 *
 * The word:
 *
 *   bits 0-30  id of the holder, or 0: free
 *
 *   bit  31    hungry: a task has waited long; newcomers wait too
 *
 *   bit  32    abandoned: the last holder died holding it; the word is free
 *
 * Its transitions:
 *
 *   0 or abandoned -> holder     the first to come takes it, by a compare and
 *                                swap (barging)
 *
 *   holder -> 0                  the holder releases it; the hungry bit stays
 *
 *   holder -> abandoned          whoever settles the dead holder's debts does
 *                                this; the hungry bit goes
 *
 * A waiter sets the hungry bit when it has lost for a millisecond, or 30 times.
 * The next taker clears it: any task that has waited, or one that only tries. A
 * newcomer leaves a free word that is hungry alone for a millisecond at most,
 * since the hungry task may have given up or died.
 *
 * Takers barge because a hand-over by name costs a sleep each time, and the
 * task named may be dead (the locks of the library nsync have the same rules).
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
    _Atomic uint64_t word; /* a watch word */
    /* 0, or the offset of tickets (sync/tickets): their notified tasks want the
     * word, and are to be called once it is free again.  Written by the holder,
     * or for a dead one by recovery, which calls everybody. */
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
