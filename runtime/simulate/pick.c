#include "simulate/pick.h"

#include <stdbool.h>
#include <sys/random.h>

#include "base/clock.h"
#include "simulate/chooser.h"
#include "simulate/players.h"
#include "simulate/record.h"
#include "tidelock.h"
#include "wait/checkpoint.h"

/* ---- who is woken ---- */

/* False: one of them is of another program, in a space. */
static bool are_players(struct tl_task *const *waiters, uint32_t count,
                        uint64_t *mask)
{
    *mask = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!tl_players_of(waiters[i]))
            return false;
        if (waiters[i]->home <= 64)
            *mask |= UINT64_C(1) << (waiters[i]->home - 1);
    }
    return true;
}

static bool find(uint64_t key, struct tl_task *const *waiters, uint32_t count,
                 uint32_t *index)
{
    for (*index = 0; *index < count; ++*index)
        if (tl_players_of(waiters[*index])->key == key)
            return true;
    return false;
}

uint32_t tl_pick_whom(struct tl_task *const *waiters, uint32_t count,
                      bool in_line)
{
    struct tl_move move;
    uint32_t index;
    uint64_t mask;
    if (!tl_explored() || !tl_players_me ||
        (in_line && tl_explored()->plan.fair) ||
        !are_players(waiters, count, &mask))
        return 0;
    bool planned = tl_chooser_take(TL_MOVE_WAKE, &move);
    if (!planned || !find(move.task, waiters, count, &index)) {
        if (planned)
            tl_chooser_deviates();
        index = tl_chooser_pick(count);
    }
    tl_record_choice(TL_EVENT_WAKES, tl_players_me, mask, count,
                     waiters[index]->home);
    return index;
}

/* ---- an answer ---- */

static uint32_t by_plan(uint32_t limit)
{
    struct tl_move move;
    if (tl_chooser_take(TL_MOVE_ANSWER, &move)) {
        if (move.count >= 1 && move.count <= limit)
            return move.count;
        tl_chooser_deviates();
    }
    return tl_chooser_pick(limit) + 1;
}

static uint32_t by_chance(uint32_t limit)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
        number = (uint32_t)tl_clock_now();
    return (uint32_t)((uint64_t)number * limit >> 32) + 1;
}

int tl_explore_choose(uint32_t limit, uint32_t *answer)
{
    int status = tl_enter_home(TL_OP_CHOOSE);
    if (status < 0)
        return status;
    if (!tl_players_me) {
        *answer = by_chance(limit);
    } else if (!tl_explored()) {
        *answer = tl_players_random(limit) + 1;
    } else {
        *answer = by_plan(limit);
        tl_record_choice(TL_EVENT_ANSWER, tl_players_me, 0, limit, *answer);
    }
    return TL_OK;
}
