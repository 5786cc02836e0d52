/*
 * Explore: what a program that is explored has of its explorer.
 */
#include "public/explore.h"

#include <stddef.h>

static struct tl_exploration *explored;

void (*tl_stop_hook)(void);

void tl_explore_begin(struct tl_findings *findings,
                      struct tl_exploration *exploration)
{
    (void)findings;
    explored = exploration;
}

struct tl_exploration *tl_explored(void)
{
    return explored;
}

/* splitmix64's mixer (Steele, Lea, Flood 2014) over both. */
uint64_t tl_explore_key(uint64_t parent, uint32_t nth)
{
    uint64_t z = parent + nth * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void tl_explore_notice(const char *text)
{
    (void)text;
}
