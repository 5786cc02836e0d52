/*
 * Strategies on a small table of tasks, without a program: that what is drawn
 * is as likely as the papers say, and the same for the same seed.
 */
#include <string.h>

#include "explore/strategy.h"
#include "support/lower.h"

#define TASKS 4
#define RUNS 20000

static struct tl_plan plan;
static struct tl_strategy_state state;
static struct tl_contender table[TASKS];

/* A schedule of that strategy begins, with `count` tasks. */
static void begin(enum tl_strategy strategy, uint64_t seed, uint32_t count)
{
    plan.strategy = strategy;
    plan.seed = seed;
    state = (struct tl_strategy_state){0};
    tl_strategy_begin(&state, &plan);
    for (uint32_t i = 0; i < count; i++) {
        table[i] = (struct tl_contender){.born = i + 1};
        tl_strategy_born(&state, &plan, &table[i]);
    }
}

static struct tl_contender *at(uint32_t number)
{
    return &table[number];
}

/* Which task comes next of those of the bits in `who`. */
static uint32_t next(unsigned who)
{
    uint32_t numbers[TASKS];
    struct tl_strategy_list list = {numbers, 0, at};
    for (uint32_t i = 0; i < TASKS; i++)
        if (who >> i & 1)
            numbers[list.count++] = i;
    uint32_t n = tl_strategy_choose(&state, &plan, &list);
    state.last = table[n].born;
    return n;
}

static void set(uint32_t task, uint64_t object, enum tl_access access)
{
    table[task].pending = (struct tl_pending){
        .object = object, .part = UINT64_MAX, .access = (uint8_t)access};
}

/* Whether `n` of `all` is about this part: five standard deviations of the most
 * uncertain. */
static bool is_about(uint32_t n, uint32_t all, double part)
{
    double difference = n - part * all;
    bool well = difference * difference < 25 * 0.25 * all;
    if (!well)
        printf("# %u of %u, not %.3f\n", n, all, part);
    return well;
}

/* ---- none ---- */

static bool none_goes_on(void)
{
    /* who can come, and who does */
    static const unsigned rows[][2] = {{15, 0}, {15, 0}, {14, 1}, {15, 1},
                                       {8, 3},  {7, 0},  {6, 1},  {1, 0}};
    begin(TL_STRATEGY_NONE, 1, TASKS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (next(rows[i][0]) != rows[i][1])
            return false;
    return true;
}

static bool none_draws_nothing(void)
{
    plan.clock = 1;
    plan.kills = 3;
    plan.length = 1;
    begin(TL_STRATEGY_NONE, 1, 2);
    bool well = !tl_strategy_moves_clock(&state, &plan) &&
                !tl_strategy_kills(&state, &plan) &&
                tl_strategy_pick(&state, &plan, 9) == 0;
    plan.clock = plan.kills = 0;
    return well;
}

/* ---- random ---- */

static bool random_is_even(void)
{
    uint32_t count[TASKS] = {0};
    begin(TL_STRATEGY_RANDOM, 1, TASKS);
    for (int i = 0; i < RUNS; i++)
        count[next(11)]++;
    return is_about(count[0], RUNS, 1.0 / 3) &&
           is_about(count[1], RUNS, 1.0 / 3) && count[2] == 0 &&
           is_about(count[3], RUNS, 1.0 / 3);
}

enum { LONG = 40 };

static void walk(enum tl_strategy strategy, uint64_t seed, uint32_t *out)
{
    begin(strategy, seed, TASKS);
    for (int i = 0; i < LONG; i++) {
        out[i] = next(15);
        tl_strategy_pends(&state, &plan, &table[out[i]]);
    }
}

/* Another seed, another schedule, but for a few. */
static bool seed_decides(enum tl_strategy strategy)
{
    uint32_t first[LONG], again[LONG], before[LONG] = {TASKS};
    int same = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        walk(strategy, seed, first);
        walk(strategy, seed, again);
        if (memcmp(first, again, sizeof first) != 0)
            return false;
        same += memcmp(first, before, sizeof first) == 0;
        memcpy(before, first, sizeof before);
    }
    return same <= 2;
}

static bool the_seed_decides(void)
{
    plan.low = 20;
    plan.changes = 3;
    plan.length = 30;
    return seed_decides(TL_STRATEGY_RANDOM) && seed_decides(TL_STRATEGY_POS) &&
           seed_decides(TL_STRATEGY_PCT) && seed_decides(TL_STRATEGY_STARVE);
}

/* ---- PCT ---- */

/* Without changes the order is one of the tasks, each as likely, whatever they
 * do. */
static bool pct_keeps_an_order(void)
{
    uint32_t first[TASKS] = {0};
    plan.changes = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        begin(TL_STRATEGY_PCT, seed, TASKS);
        uint32_t n = next(15);
        first[n]++;
        for (int i = 0; i < 20; i++)
            if (next(15) != n)
                return false;
    }
    for (int i = 0; i < TASKS; i++)
        if (!is_about(first[i], RUNS, 0.25))
            return false;
    return true;
}

/* With one change, at any of the choices: who was first comes last from there
 * on, unless it ran alone. */
static bool pct_changes_once(void)
{
    uint32_t at[11] = {0};
    plan.changes = 1;
    plan.length = 10;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        begin(TL_STRATEGY_PCT, seed, 2);
        uint32_t order = table[0].priority > table[1].priority ? 0 : 1, i = 1;
        while (i <= 10 && next(3) == order)
            i++;
        if (i > 10 || next(3) == order)
            return false;
        at[i]++;
    }
    for (uint32_t i = 1; i <= 10; i++)
        if (!is_about(at[i], RUNS, 0.1))
            return false;
    return true;
}

/* The bound of the paper: a bug of depth 2, of n tasks and k steps, is found
 * with a chance of at least 1 / (n * k).  The bug: task 0 does its first step,
 * then all others do all of theirs, and then comes its second. */
static bool pct_finds_as_often_as_promised(void)
{
    enum { STEPS = 5 };
    uint32_t found = 0;
    plan.changes = 1;
    plan.length = 3 * STEPS;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        uint32_t left[3] = {STEPS, STEPS, STEPS};
        bool bug = false;
        begin(TL_STRATEGY_PCT, seed, 3);
        while (left[0] + left[1] + left[2] > 0) {
            uint32_t n =
                next((left[0] > 0) | (left[1] > 0) << 1 | (left[2] > 0) << 2);
            bug = bug ||
                  (n == 0 && left[0] == STEPS - 1 && left[1] + left[2] == 0);
            left[n]--;
        }
        found += bug;
    }
    return found > RUNS / (3 * 3 * STEPS);
}

/* ---- POS ---- */

/* Two tasks of one step each on one object, and a third of many that race with
 * nothing: either order of the two is as likely, and so are the places. */
static bool pos_samples_orders(void)
{
    uint32_t before = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        unsigned who = 7;
        uint32_t n, other = 0;
        begin(TL_STRATEGY_POS, seed, 3);
        set(0, 1, TL_ACCESS_WRITES);
        set(1, 1, TL_ACCESS_WRITES);
        while ((n = next(who)) == 2 && other++ < 20)
            tl_strategy_pends(&state, &plan, &table[2]);
        before += n == 0;
    }
    return is_about(before, RUNS, 0.5);
}

/* What races with the step draws anew, what does not keeps its priority. */
static bool pos_redraws_what_races(void)
{
    struct tl_pending by = {.object = 1, .part = 7, .access = TL_ACCESS_WRITES};
    begin(TL_STRATEGY_POS, 1, TASKS);
    set(0, 1, TL_ACCESS_READS);
    set(1, 2, TL_ACCESS_WRITES);
    set(2, 1, TL_ACCESS_WRITES);
    table[2].pending.part = 8;
    uint64_t old[TASKS];
    for (int i = 0; i < TASKS; i++)
        old[i] = table[i].priority;
    for (int i = 0; i < TASKS; i++)
        tl_strategy_happens(&state, &plan, &by, &table[i]);
    bool redrawn = table[0].priority != old[0];
    old[0] = table[0].priority;
    by.access = TL_ACCESS_READS;
    tl_strategy_happens(&state, &plan, &by, &table[0]);
    return redrawn && table[0].priority == old[0] &&
           table[1].priority == old[1] && table[2].priority == old[2] &&
           table[3].priority == old[3];
}

/* ---- starve ---- */

/* A task is low for a while, and others later: so that long runs without one of
 * them come, as a random walk has none. */
static bool starve_leaves_one_out(void)
{
    uint32_t longest[2] = {0}, since[2][TASKS] = {{0}};
    static const enum tl_strategy both[] = {TL_STRATEGY_RANDOM,
                                            TL_STRATEGY_STARVE};
    plan.low = 20;
    for (int s = 0; s < 2; s++) {
        begin(both[s], 5, TASKS);
        for (int i = 0; i < 3000; i++) {
            uint32_t n = next(15);
            for (uint32_t k = 0; k < TASKS; k++) {
                since[s][k] = k == n ? 0 : since[s][k] + 1;
                if (since[s][k] > longest[s])
                    longest[s] = since[s][k];
            }
        }
    }
    return longest[0] < 40 && longest[1] > 40 && longest[1] < 400;
}

static bool starve_has_its_share(void)
{
    uint32_t low = 0, stretches = 0;
    uint64_t seen = 0;
    plan.low = 30;
    begin(TL_STRATEGY_STARVE, 9, TASKS);
    for (int i = 0; i < 200000; i++) {
        next(15);
        if (state.stretch == seen)
            continue;
        seen = state.stretch;
        stretches++;
        for (int k = 0; k < TASKS; k++)
            low += table[k].low;
    }
    return is_about(low, TASKS * stretches, 0.3) &&
           is_about(stretches * 30, 200000, 1);
}

/* ---- the clock, and deaths ---- */

static bool the_clock_has_its_share(void)
{
    uint32_t moved = 0;
    plan.clock = 50;
    begin(TL_STRATEGY_RANDOM, 1, 2);
    for (int i = 0; i < RUNS; i++)
        moved += tl_strategy_moves_clock(&state, &plan);
    plan.clock = 0;
    return is_about(moved, RUNS, 0.02) && moved > 0;
}

/* At each choice, so often as the seed says; then never again. */
static bool haste_is_over(void)
{
    uint32_t least = 1000, most = 0;
    plan.clock = 1;
    for (uint64_t seed = 0; seed < 100; seed++) {
        uint32_t moved = 0;
        begin(TL_STRATEGY_PCT, seed, 2);
        while (moved < 1000 && tl_strategy_moves_clock(&state, &plan))
            moved++;
        if (tl_strategy_hurries(&state, &plan))
            return false;
        least = moved < least ? moved : least;
        most = moved > most ? moved : most;
    }
    plan.clock = 0;
    return least == 1 && most == 512 && !tl_strategy_hurries(&state, &plan);
}

static bool deaths_are_spread(void)
{
    uint32_t early = 0;
    plan.kills = 2;
    plan.length = 100;
    for (uint64_t seed = 0; seed < 5000; seed++) {
        int deaths = 0;
        begin(TL_STRATEGY_RANDOM, seed, 2);
        for (int i = 1; i <= 101; i++) {
            while (tl_strategy_kills(&state, &plan)) {
                deaths++;
                early += i <= 50;
            }
            next(3);
        }
        if (deaths != 2)
            return false;
    }
    plan.kills = 0;
    return is_about(early, 10000, 0.495);
}

int main(void)
{
    say(none_goes_on(), "none: the last goes on, else the next by birth");
    say(none_draws_nothing(), "none: no clock, no deaths, the first answer");
    say(random_is_even(), "random: each is as likely");
    say(the_seed_decides(), "the same seed decides the same");
    say(pct_keeps_an_order(), "pct: without changes there is one order");
    say(pct_changes_once(), "pct: a change comes at any choice");
    say(pct_finds_as_often_as_promised(), "pct: finds as often as promised");
    say(pos_samples_orders(), "pos: either order of a race is as likely");
    say(pos_redraws_what_races(), "pos: what races draws anew");
    say(starve_leaves_one_out(), "starve: leaves one out for long");
    say(starve_has_its_share(), "starve: so many are low as the plan says");
    say(the_clock_has_its_share(), "the clock moves at one choice in so many");
    say(haste_is_over(), "who naps or polls hurries for a while only");
    say(deaths_are_spread(), "deaths are spread over the choices");
    return lower_failures;
}
