/*
 * Turn: the task that has waited long is next.
 *
 * What an object has to give (a seat, room for a message, a message) goes to
 * whoever comes first: to hand it over by name would cost a sleep each time,
 * and the named may be dead.  But a task that has waited for a millisecond and
 * lost says in `hungry` since when it waits, and from then on whoever came
 * later leaves what is free to it; for 10 ms and no more, since it may have
 * given up, died, or been stopped.  Wait queues are in the order of arrival too
 * (tl_wait_since), so a task that lost is also called first.
 *
 * The mark is a hint: whatever it says, only time is lost.
 *
 *     struct tl_entrant entrant = {0};
 *     for (;;) {
 *         seen = atomic_load(&word);
 *         if (has_some(seen) && tl_turn_is_mine(turn, &entrant, deadline) &&
 *             take()) {
 *             if (tl_turn_taken(turn, &entrant) && has_some(word))
 *                 tl_wake(&filled, 1);
 *             return TL_OK;
 *         }
 *         status = tl_turn_wait(turn, &entrant, &filled, &word, seen, 0,
 *                               deadline);
 *         if (status < 0) { tl_turn_leave(turn, &entrant); return status; }
 *     }
 */
#ifndef TL_TURN_H
#define TL_TURN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tidelock.h"
#include "wait/wait.h"

/* In the object. */
struct tl_turn {
    /* 0, or the time at which the task arrived that has waited longest and
     * lost. Relaxed throughout.  The mark of a task that dies is cleared by
     * tl_turn_forget, or by one that has left it the way for long enough. */
    _Atomic int64_t hungry;
};

/* How to sleep: tl_wait_since, or tl_cycle_wait_since. */
typedef int tl_turn_sleep(struct tl_wait_queue *condition,
                          const _Atomic uint64_t *word, uint64_t seen,
                          int64_t arrived, tl_deadline deadline);

/* Of one call that wants something: on its stack, zeroed but for `sleep`. */
struct tl_entrant {
    tl_turn_sleep *sleep; /* NULL: tl_wait_since */
    int64_t arrived;      /* when it first lost; 0: it has not */
    int64_t left_to;      /* the mark for which it last left the way, or 0 */
    tl_deadline until;    /* and for how long */
};

bool tl_turn_is_mine_slow(struct tl_turn *turn, struct tl_entrant *entrant,
                          tl_deadline deadline);
void tl_turn_settle(struct tl_turn *turn, const struct tl_entrant *entrant);

/* Whether this call may take what is free.  At its deadline it may, so that a
 * try does not fail where there is something. */
static inline bool tl_turn_is_mine(struct tl_turn *turn,
                                   struct tl_entrant *entrant,
                                   tl_deadline deadline)
{
    int64_t hungry = atomic_load_explicit(&turn->hungry, memory_order_relaxed);
    return __builtin_expect(hungry == 0, 1) ||
           tl_turn_is_mine_slow(turn, entrant, deadline);
}

/* The call has taken something.  True: others may have left it the way, so if
 * more is free, one of them is to be called. */
static inline bool tl_turn_taken(struct tl_turn *turn,
                                 const struct tl_entrant *entrant)
{
    if (__builtin_expect((entrant->arrived | entrant->left_to) == 0, 1))
        return false;
    tl_turn_settle(turn, entrant);
    return true;
}

/* As tl_wait, with `pauses` as in tl_wait_spin, for a call that found nothing,
 * or that leaves what there is to another: then TL_OK when it has done so for
 * long enough. */
int tl_turn_wait(struct tl_turn *turn, struct tl_entrant *entrant,
                 struct tl_wait_queue *condition, const _Atomic uint64_t *word,
                 uint64_t seen, unsigned pauses, tl_deadline deadline);

/* The call gives up.  The caller wakes one if something is free. */
void tl_turn_leave(struct tl_turn *turn, const struct tl_entrant *entrant);

/* A task has died, which may have left the mark. */
static inline void tl_turn_forget(struct tl_turn *turn)
{
    atomic_store_explicit(&turn->hungry, 0, memory_order_relaxed);
}

#endif
