/*
 * Explore: what a program that is explored has of its explorer.
 */
#include "explore/explore.h"

#include <stddef.h>

static struct tl_exploration *explored;
static struct tl_findings *found;

void (*tl_stop_hook)(uint64_t step);

void tl_explore_set(struct tl_findings *findings,
                    struct tl_exploration *exploration)
{
    explored = exploration;
    found = findings;
}

struct tl_exploration *tl_explored(void)
{
    return explored;
}

struct tl_findings *tl_explore_findings(void)
{
    return found;
}
