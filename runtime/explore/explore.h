/*
 * Explore: what a program that is explored has of its explorer; the rest is
 * public/explore.
 */
#ifndef TL_EXPLORE_H
#define TL_EXPLORE_H

#include "public/explore.h"

/* By tl_explore_begin. */
void tl_explore_set(struct tl_findings *findings,
                    struct tl_exploration *exploration);

#endif
