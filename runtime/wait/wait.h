/*
 * Wait and wake: how a task sleeps until a predicate may hold.
 *
 * A condition belongs to an object and stands for one predicate on it ("has
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
 * tl_wait returns at once when the word has moved: TL_OK, or when the deadline
 * is over TL_TIMEOUT, since others may move it for ever (what the caller saw
 * was so at that time, and a wake that was meant for it has made it look
 * again).  Wakes are hints: it may also return TL_OK with nothing changed, and
 * only the caller evaluates.
 *
 * No wake is lost: the waiter lists itself (n, seq_cst), then reads the word
 * again; the waker stores the word, then (a seq_cst fence between) reads n.
 * One of the two sees the other.
 *
 * A wake beats a timeout: a task that was chosen from the list and whose time
 * ran out looks once more.  Ends for other reasons (interrupt, stuck) are only
 * found before listing, so a chosen task always looks.
 *
 * Wake one is right only where all waiters of a condition are alike and each
 * can use what one wake announces; else wake all.  Each condition says which.
 */
#ifndef TL_WAIT_H
#define TL_WAIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "guard.h"
#include "memory/object.h"
#include "tasks/task.h"
#include "tidelock.h"

/* Invariant, outside its guard: first/last and the nodes' next/previous are
 * one list of linked nodes whose `condition` is this one, and n is its length.
 * All are written under `guard`; the list is derived from the slots, and may
 * be emptied by repair, which calls all tasks. */
struct tl_condition {
    struct tl_guard guard;
    uint64_t first, last; /* offsets of tl_waiter, by their `arrived` */
    _Atomic uint32_t n;
    uint32_t verb; /* enum tl_verb, for reports */
};

/* What a task waits to do, in the words of the API. */
enum tl_verb {
    TL_VERB_ACQUIRE,
    TL_VERB_WAIT,
    TL_VERB_GET,
    TL_VERB_PUT,
    TL_VERB_RECV,
    TL_VERB_SEND,
    TL_VERB_JOIN,
    TL_VERB_READ,
    TL_VERB_WRITE
};
const char *tl_verb_name(uint32_t verb);

void tl_condition_init(struct tl_condition *condition, const void *object,
                       enum tl_verb verb);

/* TL_OK: look again.  TL_TIMEOUT, TL_INTERRUPTED, TL_STUCK. */
int tl_wait(struct tl_condition *condition, const _Atomic uint64_t *word,
            uint64_t seen, tl_deadline deadline);

/* The same with so many pauses before the first look, for a word whose writer
 * is better left alone for a moment (objects/patience). */
int tl_wait_patiently(struct tl_condition *condition,
                      const _Atomic uint64_t *word, uint64_t seen,
                      unsigned pauses, tl_deadline deadline);

/* The two halves of tl_wait, for a caller with something to do between: a
 * short spin (true: the word has moved), and the sleep. */
bool tl_wait_spin(const _Atomic uint64_t *word, uint64_t seen, unsigned pauses);
int tl_wait_asleep(struct tl_condition *condition, const _Atomic uint64_t *word,
                   uint64_t seen, tl_deadline deadline);

/* The sleep of a caller that has waited since `arrived` (0: it begins to), was
 * called, and found that another had been faster: it is listed before those
 * that came later. */
int tl_wait_since(struct tl_condition *condition, const _Atomic uint64_t *word,
                  uint64_t seen, int64_t arrived, tl_deadline deadline);

/* For who sleeps in another way (wait/several).  Whether this task may go to
 * sleep at the condition (NULL: at several): else TL_INTERRUPTED, TL_STUCK.
 * What it is going to do, for reports. And the sleep, until called, a death, or
 * the deadline: true, that. */
int tl_wait_enter(const struct tl_condition *condition, tl_deadline deadline);
void tl_wait_stuck(const struct tl_condition *const *conditions, unsigned n);
void tl_wait_say(tl_deadline deadline);
bool tl_wait_sleep(tl_deadline deadline);

/* Where this thread was waiting when it last got TL_STUCK, for the report: the
 * i-th of the conditions, or NULL past the last. */
#define TL_STUCK_MOST 8
const struct tl_condition *tl_wait_stuck_in(unsigned i);

#define TL_WAKE_ALL UINT32_MAX
void tl_wake_listed(struct tl_condition *condition, uint32_t count);

/* Calls up to `count` waiters, the longest-waiting first.  With no guard held,
 * and after a commit that was a seq_cst operation on the watch word: then that
 * and this load, the waiter's count and its second look at the word are all in
 * the one order of seq_cst operations, and one of the two sees the other. */
static inline void tl_wake(struct tl_condition *condition, uint32_t count)
{
    if (__builtin_expect(atomic_load(&condition->n) != 0, 0))
        tl_wake_listed(condition, count);
}

/* The same after a commit by a release store, followed by a guard's drop.  The
 * fence puts the store before the load; on x86 the drop, a locked exchange, is
 * one already. */
static inline void tl_wake_after_drop(struct tl_condition *condition,
                                      uint32_t count)
{
#if defined(__x86_64__) || defined(__i386__)
    atomic_signal_fence(memory_order_seq_cst);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
    tl_wake(condition, count);
}

/* The object of the condition, and its kind, for one of another task's that may
 * be going away meanwhile; NULL: it has none (a mere sleep), or is no condition
 * any more.  The kind is not to be read again: the object's memory may be
 * somebody else's by then. */
const struct tl_object *
tl_condition_object(const struct tl_condition *condition,
                    const struct tl_kind **kind);

static inline uint32_t
tl_condition_waiting(const struct tl_condition *condition)
{
    return atomic_load_explicit(&condition->n, memory_order_relaxed);
}

#endif
