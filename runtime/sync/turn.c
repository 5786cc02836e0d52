#include "sync/turn.h"

#include "base/clock.h"
#include "park/idle.h"

#define HUNGRY_AFTER TL_MILLISECOND
#define LEAVES_FOR (10 * TL_MILLISECOND)

static int64_t mark_of(const struct tl_turn *turn)
{
    return atomic_load_explicit(&turn->hungry, memory_order_relaxed);
}

static void replace(struct tl_turn *turn, int64_t mark, int64_t by)
{
    atomic_compare_exchange_strong_explicit(
        &turn->hungry, &mark, by, memory_order_relaxed, memory_order_relaxed);
}

static bool is_before(const struct tl_entrant *entrant, int64_t mark)
{
    return entrant->arrived && entrant->arrived <= mark;
}

bool tl_turn_is_mine_slow(struct tl_turn *turn, struct tl_entrant *entrant,
                          tl_deadline deadline)
{
    int64_t mark = mark_of(turn);
    if (mark == 0 || is_before(entrant, mark) || tl_clock_passed(deadline))
        return true;
    if (entrant->left_to == mark)
        return tl_clock_passed(entrant->until);
    entrant->left_to = mark;
    entrant->until = tl_clock_now() + LEAVES_FOR;
    return false;
}

void tl_turn_settle(struct tl_turn *turn, const struct tl_entrant *entrant)
{
    int64_t mark = mark_of(turn);
    if (mark && (is_before(entrant, mark) ||
                 (entrant->left_to == mark && tl_clock_passed(entrant->until))))
        replace(turn, mark, 0);
}

/* Nothing was free for the call: notes when it arrived, or that it has waited
 * long. */
static void lose(struct tl_turn *turn, struct tl_entrant *entrant)
{
    int64_t now = tl_clock_now();
    if (!entrant->arrived)
        entrant->arrived = now;
    if (now - entrant->arrived < HUNGRY_AFTER)
        return;
    int64_t mark = mark_of(turn);
    if (mark == 0 || entrant->arrived < mark)
        replace(turn, mark, entrant->arrived);
}

int tl_turn_wait(struct tl_turn *turn, struct tl_entrant *entrant,
                 struct tl_wait_queue *condition, const _Atomic uint64_t *word,
                 uint64_t seen, unsigned pauses, tl_deadline deadline)
{
    tl_turn_sleep *sleep = entrant->sleep ? entrant->sleep : tl_wait_since;
    int64_t left_to = entrant->left_to;
    bool leaves = left_to && left_to == mark_of(turn);
    if (!leaves && deadline > 0 &&
        (tl_idle() || tl_wait_spin(word, seen, pauses)))
        return TL_OK;
    if (deadline > 0)
        lose(turn, entrant);
    if (!leaves || tl_clock_passed(entrant->until))
        return sleep(condition, word, seen, entrant->arrived, deadline);
    int status = sleep(condition, word, seen, entrant->arrived,
                       tl_clock_earlier(deadline, entrant->until));
    return status == TL_TIMEOUT && !tl_clock_passed(deadline) ? TL_OK : status;
}

void tl_turn_leave(struct tl_turn *turn, const struct tl_entrant *entrant)
{
    if (entrant->arrived)
        replace(turn, entrant->arrived, 0);
}
