#include "explore/plan.h"

#include <stddef.h>

/* ---- paths ---- */

/* splitmix64's mixer (Steele, Lea, Flood 2014) over both. */
uint64_t tl_explore_key(uint64_t parent, uint32_t nth)
{
    uint64_t z = parent + nth * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* ---- as text ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_between(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r';
}

/* A number from `least`; false: there is none, or it is too large. */
static bool read_number(const char **at, uint32_t least, uint32_t *number)
{
    uint64_t value = 0;
    const char *c = *at;
    while (is_digit(*c) && value <= UINT32_MAX)
        value = 10 * value + (uint64_t)(*c++ - '0');
    if (c == *at || value > UINT32_MAX || value < least)
        return false;
    *at = c;
    *number = (uint32_t)value;
    return true;
}

/* "0", or numbers from 1 with dots between. */
static bool read_path(const char **at, uint64_t *key)
{
    uint32_t nth;
    *key = TL_EXPLORE_MAIN;
    if (**at == '0' && !is_digit((*at)[1])) {
        ++*at;
        return **at != '.';
    }
    for (;;) {
        if (**at == '0' || !read_number(at, 1, &nth))
            return false;
        *key = tl_explore_key(*key, nth);
        if (**at != '.')
            return true;
        ++*at;
    }
}

static bool read_step(const char **at, struct tl_move *move)
{
    *move = (struct tl_move){.kind = TL_MOVE_STEP, .count = 1};
    if (!read_path(at, &move->task))
        return false;
    if (**at != '*')
        return true;
    ++*at;
    return read_number(at, 1, &move->count);
}

static bool read_move(const char **at, struct tl_move *move)
{
    *move = (struct tl_move){0};
    switch (**at) {
    case 't':
        move->kind = TL_MOVE_CLOCK;
        ++*at;
        return true;
    case 'k':
        move->kind = TL_MOVE_KILL;
        ++*at;
        return read_path(at, &move->task);
    case 'w':
        move->kind = TL_MOVE_WAKE;
        ++*at;
        return read_path(at, &move->task);
    case '=':
        move->kind = TL_MOVE_ANSWER;
        ++*at;
        return read_number(at, 1, &move->count);
    default:
        return read_step(at, move);
    }
}

const char *tl_plan_read(struct tl_plan *plan, const char *text)
{
    plan->moves = 0;
    for (;;) {
        while (is_between(*text))
            text++;
        if (!*text)
            return NULL;
        if (plan->moves == TL_MOVES_MOST ||
            !read_move(&text, &plan->move[plan->moves]) ||
            (*text && !is_between(*text)))
            return text;
        plan->moves++;
    }
}

/* ---- the cursor ---- */

const struct tl_move *tl_plan_next(const struct tl_plan *plan,
                                   const struct tl_plan_cursor *cursor)
{
    return cursor->at < plan->moves ? &plan->move[cursor->at] : NULL;
}

void tl_plan_pass(struct tl_plan_cursor *cursor)
{
    cursor->at++;
    cursor->taken = 0;
}

void tl_plan_step(const struct tl_plan *plan, struct tl_plan_cursor *cursor,
                  uint64_t task)
{
    const struct tl_move *move = tl_plan_next(plan, cursor);
    if (move && move->kind == TL_MOVE_STEP && move->task == task &&
        ++cursor->taken >= move->count)
        tl_plan_pass(cursor);
}
