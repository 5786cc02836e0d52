#include "explore/strategy.h"

#define HIGH                                                                   \
    (UINT64_C(1) << 63) /* above all priorities that PCT gives later           \
                         */
#define LENGTH 50       /* where none is known */
#define HASTE 10        /* its most is 2 to the power of one less */
#define STRETCH_LEAST 10
#define STRETCH_MOST 50

/* ---- random numbers ---- */

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next(struct tl_strategy_state *state)
{
    uint64_t z = state->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Lemire 2019, without the rejection: the error is below 2^-32. */
uint32_t tl_strategy_random(struct tl_strategy_state *state, uint32_t limit)
{
    return (uint32_t)((next(state) >> 32) * limit >> 32);
}

static uint64_t moment(struct tl_strategy_state *state,
                       const struct tl_plan *plan)
{
    return 1 + tl_strategy_random(state, plan->length ? plan->length : LENGTH);
}

void tl_strategy_begin(struct tl_strategy_state *state,
                       const struct tl_plan *plan)
{
    state->random = plan->seed;
    if (plan->clock == 1)
        state->haste = 1u << tl_strategy_random(state, HASTE);
    if (plan->strategy == TL_STRATEGY_PCT)
        for (uint32_t i = 0; i < plan->changes && i < TL_STRATEGY_CHANGES; i++)
            state->changes[i] = moment(state, plan);
    if (plan->strategy != TL_STRATEGY_NONE)
        for (uint32_t i = 0; i < plan->kills && i < TL_STRATEGY_KILLS; i++)
            state->kills[i] = moment(state, plan);
}

uint32_t tl_strategy_pick(struct tl_strategy_state *state,
                          const struct tl_plan *plan, uint32_t limit)
{
    return plan->strategy == TL_STRATEGY_NONE
               ? 0
               : tl_strategy_random(state, limit);
}

/* ---- priorities ---- */

void tl_strategy_born(struct tl_strategy_state *state,
                      const struct tl_plan *plan, struct tl_contender *it)
{
    if (plan->strategy == TL_STRATEGY_PCT)
        it->priority = next(state) | HIGH;
    tl_strategy_pends(state, plan, it);
}

void tl_strategy_pends(struct tl_strategy_state *state,
                       const struct tl_plan *plan, struct tl_contender *it)
{
    if (plan->strategy == TL_STRATEGY_POS)
        it->priority = next(state);
}

void tl_strategy_happens(struct tl_strategy_state *state,
                         const struct tl_plan *plan,
                         const struct tl_pending *by,
                         struct tl_contender *bystander)
{
    if (tl_pending_races(by, &bystander->pending))
        tl_strategy_pends(state, plan, bystander);
}

static struct tl_contender *at(const struct tl_strategy_list *list, uint32_t i)
{
    return list->at(list->numbers[i]);
}

static uint32_t highest(const struct tl_strategy_list *list)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < list->count; i++)
        if (at(list, i)->priority > at(list, found)->priority)
            found = i;
    return found;
}

/* The n-th change gives priority n, so that of those that have been lowered
 * the order is random as well. */
static uint32_t choose_pct(struct tl_strategy_state *state,
                           const struct tl_strategy_list *list)
{
    for (uint32_t i = 0; i < TL_STRATEGY_CHANGES; i++) {
        if (state->changes[i] == 0 || state->changes[i] > state->choices)
            continue;
        state->changes[i] = 0;
        at(list, highest(list))->priority = i + 1;
    }
    return highest(list);
}

/* ---- the others ---- */

static uint32_t choose_none(const struct tl_strategy_state *state,
                            const struct tl_strategy_list *list)
{
    uint32_t first = 0, after = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        uint64_t born = at(list, i)->born;
        if (born == state->last)
            return i;
        if (born < at(list, first)->born)
            first = i;
        if (born > state->last &&
            (after == list->count || born < at(list, after)->born))
            after = i;
    }
    return after < list->count ? after : first;
}

static void stretch(struct tl_strategy_state *state)
{
    if (state->stretch > 0 && state->choices < state->stretch_end)
        return;
    state->stretch++;
    state->stretch_end =
        state->choices + STRETCH_LEAST +
        tl_strategy_random(state, STRETCH_MOST - STRETCH_LEAST + 1);
}

static bool is_low(struct tl_strategy_state *state, const struct tl_plan *plan,
                   struct tl_contender *it)
{
    if (it->stretch != state->stretch)
        it->low = tl_strategy_random(state, 100) < plan->low;
    it->stretch = state->stretch;
    return it->low;
}

static uint32_t choose_starve(struct tl_strategy_state *state,
                              const struct tl_plan *plan,
                              const struct tl_strategy_list *list)
{
    uint32_t high = 0;
    stretch(state);
    for (uint32_t i = 0; i < list->count; i++)
        high += !is_low(state, plan, at(list, i));
    if (high == 0)
        return tl_strategy_random(state, list->count);
    uint32_t nth = tl_strategy_random(state, high), i = 0;
    while (at(list, i)->low || nth-- > 0)
        i++;
    return i;
}

static uint32_t choose(struct tl_strategy_state *state,
                       const struct tl_plan *plan,
                       const struct tl_strategy_list *list)
{
    switch (plan->strategy) {
    case TL_STRATEGY_RANDOM:
        return tl_strategy_random(state, list->count);
    case TL_STRATEGY_POS:
        return highest(list);
    case TL_STRATEGY_PCT:
        return choose_pct(state, list);
    case TL_STRATEGY_STARVE:
        return choose_starve(state, plan, list);
    default:
        return choose_none(state, list);
    }
}

uint32_t tl_strategy_choose(struct tl_strategy_state *state,
                            const struct tl_plan *plan,
                            const struct tl_strategy_list *list)
{
    if (list->count == 1)
        return list->numbers[0];
    state->choices++;
    return list->numbers[choose(state, plan, list)];
}

/* ---- the clock, and deaths ---- */

bool tl_strategy_hurries(struct tl_strategy_state *state,
                         const struct tl_plan *plan)
{
    return plan->clock == 1 && plan->strategy != TL_STRATEGY_NONE &&
           state->haste > 0 && state->haste-- > 0;
}

bool tl_strategy_moves_clock(struct tl_strategy_state *state,
                             const struct tl_plan *plan)
{
    if (plan->clock == 1)
        return tl_strategy_hurries(state, plan);
    return plan->clock > 0 && plan->strategy != TL_STRATEGY_NONE &&
           tl_strategy_random(state, plan->clock) == 0;
}

bool tl_strategy_kills(struct tl_strategy_state *state,
                       const struct tl_plan *plan)
{
    for (uint32_t i = 0; i < plan->kills && i < TL_STRATEGY_KILLS; i++) {
        if (state->kills[i] == 0 || state->kills[i] > state->choices)
            continue;
        state->kills[i] = 0;
        return true;
    }
    return false;
}
