#include "simulate/chooser.h"

#include "simulate/players.h"

static struct tl_plan *plan(void)
{
    return &tl_explored()->plan;
}

static struct tl_players_plan *state(void)
{
    return &tl_players->plan;
}

void tl_chooser_begin(void)
{
    if (tl_explored())
        tl_strategy_begin(&state()->strategy, plan());
}

void tl_chooser_born(uint32_t number)
{
    if (!tl_explored())
        return;
    struct tl_contender *it = &tl_players_at(number)->contender;
    *it = (struct tl_contender){.born = ++state()->births};
    tl_strategy_born(&state()->strategy, plan(), it);
}

/* ---- what a task is about to do ---- */

void tl_chooser_pends(void)
{
}

void tl_chooser_sleeps(void)
{
}

void tl_chooser_in_vain(void)
{
}

/* ---- the plan ---- */

/* Nothing that is chosen comes before the step. */
void tl_chooser_deviates(void)
{
    struct tl_account *account = &tl_explored()->account;
    if (account->deviations++ == 0)
        account->first_deviation = atomic_load(&tl_players->step) + 1;
}

bool tl_chooser_take(enum tl_move_kind kind, struct tl_move *move)
{
    const struct tl_move *next =
        tl_explored() ? tl_plan_next(plan(), &state()->cursor) : NULL;
    if (!next || next->kind != kind)
        return false;
    *move = *next;
    tl_plan_pass(&state()->cursor);
    return true;
}

uint32_t tl_chooser_pick(uint32_t limit)
{
    return tl_strategy_pick(&state()->strategy, plan(), limit);
}

/* Of those that can run; 0: it is none of them. */
static uint32_t listed(uint64_t key, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (tl_players_at(tl_players->list[i])->key == key)
            return tl_players->list[i];
    return 0;
}

/* Whether the plan may kill it: the first task of a process that is not the
 * main one, which is there to see to the rest. */
static bool is_mortal(uint32_t number)
{
    const struct tl_player *it = tl_players_at(number),
                           *main_ = tl_players_at(1);
    return it->state != TL_PLAYER_ABSENT && it->tid == it->pid && !it->fatal &&
           it->pid != main_->pid && main_->state != TL_PLAYER_ABSENT &&
           !main_->fatal && !main_->stopped;
}

static uint32_t victim(uint64_t key)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++)
        if (tl_players_at(n)->key == key && is_mortal(n))
            return n;
    return 0;
}

/* What the move says; false: it cannot be made. */
static bool is_possible(const struct tl_move *move, uint32_t count, bool clock,
                        struct tl_choice *choice)
{
    switch (move->kind) {
    case TL_MOVE_STEP:
        choice->what = TL_CHOICE_STEP;
        choice->player = listed(move->task, count);
        return choice->player != 0;
    case TL_MOVE_KILL:
        choice->what = TL_CHOICE_KILL;
        choice->player = victim(move->task);
        return choice->player != 0;
    case TL_MOVE_CLOCK:
        choice->what = TL_CHOICE_CLOCK;
        return clock;
    default:
        return false;
    }
}

/* The next move that can be made; false: there is none any more. */
static bool follow(uint32_t count, bool clock, struct tl_choice *choice)
{
    const struct tl_move *move;
    while ((move = tl_plan_next(plan(), &state()->cursor))) {
        bool possible = is_possible(move, count, clock, choice);
        if (!possible)
            tl_chooser_deviates();
        /* a step is taken off when it is recorded */
        if (!possible || move->kind != TL_MOVE_STEP)
            tl_plan_pass(&state()->cursor);
        if (possible)
            return true;
    }
    return false;
}

/* ---- the strategy ---- */

static uint32_t random_victim(void)
{
    uint32_t count = 0, n = 0;
    for (uint32_t i = 1; i <= tl_players->highest; i++)
        count += is_mortal(i);
    if (count == 0)
        return 0;
    uint32_t nth = tl_strategy_random(&state()->strategy, count);
    do
        n++;
    while (!is_mortal(n) || nth-- > 0);
    return n;
}

static uint32_t by_strategy(uint32_t count)
{
    struct tl_contender *list[TL_NUMBER_MASK + 1];
    for (uint32_t i = 0; i < count; i++)
        list[i] = &tl_players_at(tl_players->list[i])->contender;
    return tl_players
        ->list[tl_strategy_choose(&state()->strategy, plan(), list, count)];
}

struct tl_choice tl_chooser_choose(uint32_t count, bool clock)
{
    struct tl_choice choice = {0};
    if (!follow(count, clock, &choice)) {
        if (clock && tl_strategy_moves_clock(&state()->strategy, plan()))
            return (struct tl_choice){.what = TL_CHOICE_CLOCK};
        if (tl_strategy_kills(&state()->strategy, plan()) &&
            (choice.player = random_victim())) {
            choice.what = TL_CHOICE_KILL;
            return choice;
        }
        choice.player = by_strategy(count);
    }
    state()->chosen = choice.what == TL_CHOICE_STEP && count > 1;
    return choice;
}

void tl_chooser_forget(void)
{
    state()->chosen = false;
}

/* ---- a step ---- */

uint16_t tl_chooser_flags(uint32_t number)
{
    return (uint16_t)((state()->chosen ? TL_EVENT_CHOSEN : 0) |
                      (tl_players_at(number)->killed ? TL_EVENT_KILLED : 0));
}

void tl_chooser_stepped(const struct tl_event *event)
{
    struct tl_player *player = tl_players_at(event->task);
    if (!tl_explored())
        return;
    if (!player->killed)
        tl_plan_step(plan(), &state()->cursor, player->key);
    if (state()->chosen)
        tl_explored()->account.choices++;
    state()->strategy.last = player->contender.born;
    state()->last = event->task;
    state()->chosen = false;
}
