/*
 * Strategy: who comes next, where the plan of a schedule has no moves (any
 * more).
 *
 * All that is random comes from the plan's seed, by a generator of its own: the
 * same plan and the same program, the same schedule.
 *
 *   NONE    the task that ran last goes on; where it cannot, the next in order
 *           of birth, after the last the first
 *   RANDOM  each as likely, at each choice
 *   POS     partial order sampling (Yuan, Yang, Gu: Partial Order Aware
 *           Concurrency Sampling, CAV 2018): each event that is about to happen
 *           has a random priority, and the highest comes first.  Whoever has
 *           taken a step draws for its next event; so do those whose event
 *           races with the one that has happened, as else who has lost a race
 *           against one event would be the favourite against the next
 *   PCT     probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi,
 *           Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
 *           of Finding Bugs, ASPLOS 2010): each task has a random priority, and
 *           the highest comes first; at `changes` random choices among `length`
 *           the one that would come gets a priority below all others
 *   STARVE  as rr's chaos mode (O'Callahan 2016): `low` percent of the tasks
 *           come only where no other can, for 10 to 50 choices, then others do;
 *           else as RANDOM
 *
 * Beside that, at random choices the clock is moved and tasks are killed, as
 * the plan says.
 */
#ifndef TL_STRATEGY_H
#define TL_STRATEGY_H

#include <stdbool.h>
#include <stdint.h>

#include "explore/contender.h"
#include "public/explore.h"

#define TL_STRATEGY_CHANGES 64 /* the most */
#define TL_STRATEGY_KILLS 64

/* Of a schedule; in memory that all its tasks share.  One at a time uses it. */
struct tl_strategy_state {
    uint64_t random;
    uint64_t choices; /* so far, where several could come */
    uint64_t last;    /* `born` of the task that ran last */
    uint64_t stretch; /* of STARVE: the number of this one, and the choice with
                         which it ends */
    uint64_t stretch_end;
    uint32_t haste; /* of plan.clock 1: so often is the clock moved still, or
                       one that looks in vain not put last (fairness.h) */
    /* at which choices, or as soon as it is possible; 0: over */
    uint64_t changes[TL_STRATEGY_CHANGES];
    uint64_t kills[TL_STRATEGY_KILLS];
};

/* `state` is zeroed. */
void tl_strategy_begin(struct tl_strategy_state *state,
                       const struct tl_plan *plan);

/* A number below `limit`, each as likely. */
uint32_t tl_strategy_random(struct tl_strategy_state *state, uint32_t limit);

/* What somebody chooses that is no task: below `limit`; of NONE 0. */
uint32_t tl_strategy_pick(struct tl_strategy_state *state,
                          const struct tl_plan *plan, uint32_t limit);

/* The task is new. */
void tl_strategy_born(struct tl_strategy_state *state,
                      const struct tl_plan *plan, struct tl_contender *it);

/* Its `pending` is new: it gives the turn away. */
void tl_strategy_pends(struct tl_strategy_state *state,
                       const struct tl_plan *plan, struct tl_contender *it);

/* What `by` was about to do happens now, to which this one is a bystander. */
void tl_strategy_happens(struct tl_strategy_state *state,
                         const struct tl_plan *plan,
                         const struct tl_pending *by,
                         struct tl_contender *bystander);

/* Which of them comes next.  They are numbers, of which there are `count`, not
 * 0; and what is known of a number is at(number). */
struct tl_strategy_list {
    const uint32_t *numbers;
    uint32_t count;
    struct tl_contender *(*at)(uint32_t number);
};
uint32_t tl_strategy_choose(struct tl_strategy_state *state,
                            const struct tl_plan *plan,
                            const struct tl_strategy_list *list);

/* Before a choice: whether the clock is moved first, of which it is known that
 * it can be; whether one is killed first. */
bool tl_strategy_moves_clock(struct tl_strategy_state *state,
                             const struct tl_plan *plan);
/* One has looked in vain: whether it goes on all the same, since the plan has
 * those that poll hurry. */
bool tl_strategy_hurries(struct tl_strategy_state *state,
                         const struct tl_plan *plan);
bool tl_strategy_kills(struct tl_strategy_state *state,
                       const struct tl_plan *plan);

#endif
