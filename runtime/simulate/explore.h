/*
 * Explore: what a program that is explored has of its explorer; the rest is
 * public/explore.
 */
#ifndef TL_EXPLORE_H
#define TL_EXPLORE_H

#include "public/explore.h"

/* What all schedules have found; NULL: nobody keeps it. */
struct tl_findings *tl_explore_findings(void);

#endif
