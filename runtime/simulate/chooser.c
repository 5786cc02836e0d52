#include "simulate/chooser.h"

#include "explore/findings.h"
#include "explore/account.h"
#include "simulate/players.h"
#include "sync/condition.h"

/* Steps in vain after which all take turns: two that poll keep each other from
 * being tied, and a strategy that prefers them would let a third one, which
 * they wait for, never come. */
#define PATIENCE 200
#define HASTY_PATIENCE 600 /* where one is to be faster for so long */
#define POLLS 8 /* looks in a row: fewer may be of as many calls */

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
    tl_players_at(number)->fairness = (struct tl_fairness){0};
    tl_players_at(number)->stepped = 0;
    tl_strategy_born(&state()->strategy, plan(), it);
}

/* ---- what a task is about to do ---- */

/* One for which the account has no room is like others of its number. */
static uint64_t identity_of(const struct tl_object *object)
{
    const struct tl_account_object *entry = tl_account_object_met(object);
    return entry ? entry->identity
                 : tl_explore_key(object->number + 1, (uint32_t)object->kind);
}

/* What a condition does is of its lock. */
static uint64_t object_of(const struct tl_object *object)
{
    if (object->kind == TL_KIND_CONDITION)
        object = tl_ref_object(((const struct tl_condition *)object)->lock);
    return identity_of(object);
}

static bool is_task(const struct tl_object *object)
{
    return object->kind == TL_KIND_PROCESS || object->kind == TL_KIND_THREAD;
}

void tl_chooser_pends(void)
{
    if (!tl_explored())
        return;
    const struct tl_intent *intent = &tl_self->intent;
    const struct tl_object *object =
        intent->object ? tl_at(intent->object) : NULL;
    struct tl_contender *it = &tl_players_self()->contender;
    uint32_t operation = atomic_load(&intent->operation);
    it->pending = (struct tl_pending){
        .object = object ? object_of(object) : 0,
        .part = object ? intent->key : TL_INTENT_ALL,
        .operation = operation,
        .access = tl_operation_row(operation)->access,
        /* a task writes to its object by its end */
        .shared = !object || is_task(object) || tl_arena != TL_HOME};
    if (!object && intent->key != TL_INTENT_ALL) /* a file */
        it->pending.object = intent->key;
    tl_strategy_pends(&state()->strategy, plan(), it);
}

void tl_chooser_sleeps(void)
{
    if (tl_explored())
        tl_strategy_pends(&state()->strategy, plan(),
                          &tl_players_self()->contender);
}

/* It has looked in vain, and comes last. */
static void tie(struct tl_player *player)
{
    struct tl_account *account = &tl_explored()->account;
    if (account->polls == 0 && player->fairness.looks >= POLLS &&
        player->contender.pending.operation != TL_OP_YIELD)
        account->polls = player->key;
    player->contender.tied = !tl_strategy_hurries(&state()->strategy, plan());
}

/* Who has waited until its deadline has not come back at once. */
void tl_chooser_in_vain(void)
{
    struct tl_player *self = tl_players_self();
    if (tl_explored() && self && self->how == TL_EVENT_BEGINS &&
        tl_fairness_in_vain(&self->fairness, &state()->writes,
                            self->contender.pending.access))
        tie(self);
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

static bool is_ready(const struct tl_player *player)
{
    return player->state == TL_PLAYER_READY && !player->fatal &&
           !player->signals;
}

/* The player that ran last, if it can go on and nobody can tell; else 0. */
static uint32_t unseen(uint32_t count)
{
    const struct tl_player *player = tl_players_at(state()->last);
    const struct tl_pending *pending = &player->contender.pending;
    const struct tl_findings *findings = tl_explore_findings();
    return !plan()->everywhere && findings && is_ready(player) &&
                   pending->object && !pending->shared &&
                   listed(player->key, count) == state()->last &&
                   tl_findings_is_own(findings, pending->object, player->key)
               ? state()->last
               : 0;
}

static void allow(uint32_t number)
{
    if (number - 1 < 64)
        tl_players->could_run |= UINT64_C(1) << (number - 1);
}

/* Takes those that are tied off the list, unless all are; how many are left. */
static uint32_t untie(uint32_t count)
{
    uint32_t *list = tl_players->list, left = 0;
    for (uint32_t i = 0; i < count; i++)
        left += !tl_players_at(list[i])->contender.tied;
    if (left == 0 || left == count)
        return count;
    left = 0;
    tl_players->could_run = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!tl_players_at(list[i])->contender.tied)
            allow(list[left++] = list[i]);
    return left;
}

static struct tl_contender *contender_at(uint32_t number)
{
    return &tl_players_at(number)->contender;
}

/* The one whose last step is longest ago. */
static uint32_t oldest(uint32_t count)
{
    uint32_t found = tl_players->list[0];
    for (uint32_t i = 1; i < count; i++)
        if (tl_players_at(tl_players->list[i])->stepped <
            tl_players_at(found)->stepped)
            found = tl_players->list[i];
    return found;
}

/* Where no move is left.  `left` of the list are to be considered. */
static struct tl_choice without_moves(uint32_t left, bool clock)
{
    struct tl_strategy_state *strategy = &state()->strategy;
    if (clock && tl_strategy_moves_clock(strategy, plan()))
        return (struct tl_choice){.what = TL_CHOICE_CLOCK};
    uint32_t dies = tl_strategy_kills(strategy, plan()) ? random_victim() : 0;
    if (dies)
        return (struct tl_choice){.what = TL_CHOICE_KILL, .player = dies};
    if (tl_players->progress.in_vain >=
        (strategy->haste > 0 ? HASTY_PATIENCE : PATIENCE))
        return (struct tl_choice){.what = TL_CHOICE_STEP,
                                  .player = oldest(left)};
    struct tl_strategy_list list = {tl_players->list, left, contender_at};
    return (struct tl_choice){.what = TL_CHOICE_STEP,
                              .player =
                                  tl_strategy_choose(strategy, plan(), &list)};
}

struct tl_choice tl_chooser_choose(uint32_t count, bool clock)
{
    struct tl_choice choice = {0};
    uint32_t going_on = unseen(count), left;
    tl_players->ready = count;
    bool follows = follow(count, clock, &choice);
    left = untie(count);
    if (!follows && going_on && !tl_players_at(going_on)->contender.tied)
        choice = (struct tl_choice){.player = going_on};
    else if (!follows)
        choice = without_moves(left, clock);
    if (choice.what != TL_CHOICE_STEP)
        return choice;
    /* who is tied has come before the others only by the plan */
    bool among = left == count || !tl_players_at(choice.player)->contender.tied;
    state()->chosen = choice.player != going_on && left + !among > 1;
    tl_players->runnable = left + !among;
    allow(choice.player);
    return choice;
}

void tl_chooser_forget(void)
{
    state()->chosen = false;
}

/* ---- a step ---- */

uint16_t tl_chooser_flags(uint32_t number)
{
    return (
        uint16_t)((state()->chosen ? TL_EVENT_CHOSEN : 0) |
                  (tl_players_at(number)->contender.tied ? TL_EVENT_TIED : 0) |
                  (tl_players_at(number)->killed ? TL_EVENT_KILLED : 0));
}

/* The step is seen by all that are about to do something else. */
static void tell_others(const struct tl_player *player)
{
    for (uint32_t n = 1; n <= tl_players->highest; n++) {
        struct tl_player *other = tl_players_at(n);
        if (other->state == TL_PLAYER_ABSENT || other == player)
            continue;
        other->contender.tied = false;
        tl_strategy_happens(&state()->strategy, plan(),
                            &player->contender.pending, &other->contender);
    }
}

static void use(struct tl_player *player, const struct tl_event *event)
{
    const struct tl_pending *pending = &player->contender.pending;
    struct tl_findings *findings = tl_explore_findings();
    if (event->how == TL_EVENT_STARTS || event->how == TL_EVENT_DIES) {
        state()->writes += event->how == TL_EVENT_DIES;
        return;
    }
    if (findings && pending->object && !pending->shared)
        tl_findings_touch(findings, pending->object, player->key);
    /* one that goes on has looked before */
    if ((event->how == TL_EVENT_BEGINS || event->access != TL_ACCESS_READS) &&
        tl_fairness_step(&player->fairness, &state()->writes, pending,
                         event->file, event->line))
        tie(player);
}

void tl_chooser_stepped(const struct tl_event *event)
{
    struct tl_player *player = tl_players_at(event->task);
    if (!tl_explored())
        return;
    player->how = event->how;
    player->stepped = atomic_load(&tl_players->step);
    if (!player->killed)
        tl_plan_step(plan(), &state()->cursor, player->key);
    tell_others(player);
    use(player, event);
    if (state()->chosen)
        tl_explored()->account.choices++;
    state()->strategy.last = player->contender.born;
    state()->last = event->task;
    state()->chosen = false;
}
