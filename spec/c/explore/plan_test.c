/*
 * Plan: moves as text, what is wrong in it, and the cursor that goes through
 * them.
 */
#include <string.h>

#include "explore/plan.h"
#include "support/lower.h"

static struct tl_plan plan;

/* The key of the task 1.2.3 by numbers until a 0. */
static uint64_t key_of(const uint32_t *path)
{
    uint64_t key = TL_EXPLORE_MAIN;
    for (; *path; path++)
        key = tl_explore_key(key, *path);
    return key;
}
#define KEY(...) key_of((const uint32_t[]){__VA_ARGS__, 0})

static bool is_move(uint32_t at, uint32_t kind, uint32_t count, uint64_t task)
{
    const struct tl_move *move = &plan.move[at];
    return at < plan.moves && move->kind == kind && move->count == count &&
           move->task == task;
}

static bool reads_all_kinds(void)
{
    return !tl_plan_read(&plan, "0*12 1*3,t k1 w2.1 =3\n 1.12") &&
           plan.moves == 7 && is_move(0, TL_MOVE_STEP, 12, TL_EXPLORE_MAIN) &&
           is_move(1, TL_MOVE_STEP, 3, KEY(1)) &&
           is_move(2, TL_MOVE_CLOCK, 0, 0) &&
           is_move(3, TL_MOVE_KILL, 0, KEY(1)) &&
           is_move(4, TL_MOVE_WAKE, 0, KEY(2, 1)) &&
           is_move(5, TL_MOVE_ANSWER, 3, 0) &&
           is_move(6, TL_MOVE_STEP, 1, KEY(1, 12));
}

static bool reads_nothing(void)
{
    plan.moves = 3;
    return !tl_plan_read(&plan, "") && plan.moves == 0 &&
           !tl_plan_read(&plan, " , \t") && plan.moves == 0;
}

/* Each with the offset of the first character that is wrong. */
static const struct {
    const char *text;
    int wrong;
} wrongs[] = {{"x", 0},    {"1 2*", 4},       {"1*0", 2},  {"0.1", 1},
              {"1.0", 2},  {"1..2", 2},       {"1.", 2},   {"k", 1},
              {"k1*2", 2}, {"t2", 1},         {"=0", 1},   {"=", 1},
              {"w", 1},    {"01", 0},         {"1 -1", 2}, {"1*2*3", 3},
              {"1;2", 1},  {"4294967296", 0}, {"t t q", 4}};

static bool tells_what_is_wrong(void)
{
    bool well = true;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const char *text = wrongs[i].text, *at = tl_plan_read(&plan, text);
        if (at == text + wrongs[i].wrong)
            continue;
        printf("# \"%s\": at %d\n", text, at ? (int)(at - text) : -1);
        well = false;
    }
    return well;
}

static bool has_a_limit(void)
{
    size_t most = TL_MOVES_MOST;
    char *text = malloc(2 * most + 3);
    for (size_t i = 0; i <= most; i++)
        memcpy(text + 2 * i, "1 ", 3);
    bool well =
        tl_plan_read(&plan, text) == text + 2 * most && plan.moves == most;
    text[2 * most] = '\0';
    well = well && !tl_plan_read(&plan, text);
    free(text);
    return well;
}

static bool keys_differ(void)
{
    uint64_t keys[] = {KEY(1),    KEY(2),  KEY(1, 1),    KEY(1, 2),
                       KEY(2, 1), KEY(12), KEY(1, 1, 1), TL_EXPLORE_MAIN};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t j = 0; j < i; j++)
            if (keys[i] == keys[j])
                return false;
    return true;
}

/* A step counts only for the task that is the next. */
static bool cursor_follows(void)
{
    struct tl_plan_cursor cursor = {0};
    tl_plan_read(&plan, "1*2 t 2");
    tl_plan_step(&plan, &cursor, KEY(2));
    tl_plan_step(&plan, &cursor, KEY(1));
    bool still = tl_plan_next(&plan, &cursor) == &plan.move[0];
    tl_plan_step(&plan, &cursor, KEY(1));
    bool clock = tl_plan_next(&plan, &cursor) == &plan.move[1];
    tl_plan_step(&plan, &cursor, KEY(2));
    bool waits = tl_plan_next(&plan, &cursor) == &plan.move[1];
    tl_plan_pass(&cursor);
    tl_plan_step(&plan, &cursor, KEY(2));
    return still && clock && waits && !tl_plan_next(&plan, &cursor);
}

/* What is left out is left out as a whole. */
static bool cursor_passes(void)
{
    struct tl_plan_cursor cursor = {0};
    tl_plan_read(&plan, "1*5 2*2");
    tl_plan_step(&plan, &cursor, KEY(1));
    tl_plan_pass(&cursor);
    tl_plan_step(&plan, &cursor, KEY(2));
    bool one_left = tl_plan_next(&plan, &cursor) == &plan.move[1];
    tl_plan_step(&plan, &cursor, KEY(2));
    return one_left && !tl_plan_next(&plan, &cursor);
}

int main(void)
{
    say(reads_all_kinds(), "moves of all kinds are read");
    say(reads_nothing(), "no moves are read from nothing");
    say(tells_what_is_wrong(), "the character that is wrong is told");
    say(has_a_limit(), "there is a limit to how many there are");
    say(keys_differ(), "each path has a key of its own");
    say(cursor_follows(), "the cursor moves with the task that is the next");
    say(cursor_passes(), "the cursor leaves out a move of several steps");
    return lower_failures;
}
