/*
 * Plan: the moves of a schedule (public/explore), as text, and as a list of
 * which one is the next.
 *
 * A cursor says how far a schedule has got in the moves of its plan.  A move
 * STEP of count N is the next one N times.
 */
#ifndef TL_PLAN_H
#define TL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "public/explore.h"

struct tl_plan_cursor {
    uint32_t at;    /* index of the move */
    uint32_t taken; /* steps of it */
};

/* The next move; NULL: there is none any more. */
const struct tl_move *tl_plan_next(const struct tl_plan *plan,
                                   const struct tl_plan_cursor *cursor);

/* The move is done, or left out, as a whole. */
void tl_plan_pass(struct tl_plan_cursor *cursor);

/* The task of that key has taken a step: the cursor goes on if that is what the
 * plan says. */
void tl_plan_step(const struct tl_plan *plan, struct tl_plan_cursor *cursor,
                  uint64_t task);

#endif
