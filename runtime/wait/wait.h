/*
 * Wait and wake: how a task sleeps until a predicate may hold.
 *
 * A wait queue belongs to an object and stands for one predicate on it ("has
 * items").  Every predicate has a watch word: a 64-bit word that changes with
 * every change that can make it true.  A blocking call reads the word, then
 * evaluates the predicate, and if it does not hold calls tl_wait with the word
 * as read, holding nothing:
 *
 *     for (;;) {
 *         seen = atomic_load(&queue->head);
 *         if (has_items(seen)) ...act, return...
 *         status = tl_wait(&queue->filled, &queue->head, seen, deadline);
 *         if (status < 0) return status;
 *     }
 *
 * tl_wait returns at once when the word has moved: TL_OK; or TL_TIMEOUT when
 * the deadline is over, since others may move the word for ever.  (The caller
 * found the predicate false at that time, and looked after any wake that was
 * meant for it.)  Wakes are hints: tl_wait may also return TL_OK with nothing
 * changed, and only the caller evaluates.
 *
 * No wake is lost.  The waiter counts itself in the queue's `n`, then reads the
 * word again; the waker changes the word, then reads `n` (tl_wake).  All four
 * are seq_cst operations, or have a seq_cst fence between them: so at least one
 * of the two sees the other.
 *
 * Memory order, here and in all of the runtime: an atomic operation that names
 * no order (atomic_load, atomic_fetch_add, a plain access to an _Atomic word)
 * is seq_cst.  All seq_cst operations happen in one order, the same for all
 * tasks and that of each task's own program; and whoever reads a word also sees
 * what its writer did before.  So of two tasks that each write one word and
 * then read the other's, at least one sees the other, and no further argument
 * is needed.  A weaker order is named, and a comment says what it pairs with;
 * relaxed also where a guard orders the access, or the word is only a hint.
 *
 * A wake beats a timeout: a task that a waker chose, and whose time ran out,
 * looks once more.  A wait ends for other reasons (interrupt, stuck) only
 * before the task is listed, so a chosen task always looks.
 *
 * Wake one is right only where all waiters of a queue are alike and each can
 * use what one wake announces; else wake all.  Each queue says which.
 */
#ifndef TL_WAIT_H
#define TL_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "park/wait_queue.h"
#include "tidelock.h"

/* TL_OK: look again.  TL_TIMEOUT, TL_INTERRUPTED, TL_STUCK. */
int tl_wait(struct tl_wait_queue *condition, const _Atomic uint64_t *word,
            uint64_t seen, tl_deadline deadline);

/* The two halves of tl_wait, for a caller with something to do between: a
 * short spin (true: the word has moved), and the sleep.  `pauses` before the
 * first look are for a word whose writer is better left alone for a moment
 * (data/backoff). */
bool tl_wait_spin(const _Atomic uint64_t *word, uint64_t seen, unsigned pauses);
int tl_wait_asleep(struct tl_wait_queue *condition,
                   const _Atomic uint64_t *word, uint64_t seen,
                   tl_deadline deadline);

/* The sleep of a caller that has waited since `arrived`, was called, and found
 * that another had been faster: it is listed before those that came later.
 * 0: since its operation first slept, which may be now (park/since). */
int tl_wait_since(struct tl_wait_queue *condition, const _Atomic uint64_t *word,
                  uint64_t seen, int64_t arrived, tl_deadline deadline);

/* The parts of a wait, for wait/wait_many:
 *
 * enter  whether this task may go to sleep at the queue (NULL: at more than
 *        one); else TL_INTERRUPTED, TL_STUCK
 *
 * stuck  the `n` queues where it got TL_STUCK, in the operation of its slot
 *
 * say    until when it is going to sleep, for reports
 *
 * sleep  sleeps until called, a death, or the deadline; true: the deadline
 */
int tl_wait_enter(const struct tl_wait_queue *condition, tl_deadline deadline);
void tl_wait_stuck(const struct tl_wait_queue *const *conditions, unsigned n);
void tl_wait_say(tl_deadline deadline);
bool tl_wait_sleep(tl_deadline deadline);

/* Where this thread was waiting when it last got TL_STUCK, for the report: the
 * i-th of the queues, or NULL past the last; and in which operation. */
#define TL_STUCK_MOST 8
const struct tl_wait_queue *tl_wait_stuck_in(unsigned i);
uint32_t tl_wait_stuck_operation(void);

#endif
