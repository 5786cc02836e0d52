/*
 * Ending: how a program that is explored ends its schedule.
 *
 * The task that ends it has the turn, and never gives it away: so no other task
 * takes a step after it.  It kills them all, and itself, where the main task
 * leads a process group; else the explorer does, which is told by the word
 * `over`.  What lies in buffers is lost, and no handler runs.
 */
#ifndef TL_ENDING_H
#define TL_ENDING_H

#include <stdint.h>

#include "public/explore.h"

/* As tl_explore_end: by what has come to this player. */
void tl_ending_of(uint32_t number, enum tl_ending ending, int status,
                  const char *text);

#endif
