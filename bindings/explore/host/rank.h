/*
 * Host rank: which exploration this is of those that run on the machine, from
 * 0: the first number that is free.
 *
 * Names that a script draws (os.tmpname) hang on the seed, and would be the
 * same in two explorations of one script: what one puts back the other would
 * miss.  So whichever is not the first draws others.
 */
#ifndef EXPLORE_HOST_RANK_H
#define EXPLORE_HOST_RANK_H

#include <stdint.h>

/* Takes a rank, 0 where none can be had, and returns the descriptor that keeps
 * it, or -1. */
int host_rank_take(uint32_t *rank);

#endif
