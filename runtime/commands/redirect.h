/*
 * Redirect: where the three streams of a command go.
 *
 * A plan is made before the start and settled after it, once, whatever came of
 * the start: then the descriptors that were opened for the program are closed.
 * Last, what was given to it is the giver's no more, or is again.
 */
#ifndef TL_REDIRECT_H
#define TL_REDIRECT_H

#include <stdbool.h>

#include "tidelock.h"

struct tl_plan {
    int theirs[TL_COMMAND_STREAMS]; /* what the program gets */
    int ours[TL_COMMAND_STREAMS];   /* our end of a pipe, or -1 */
    bool made[TL_COMMAND_STREAMS];  /* theirs was opened for the program */
};

/* To be settled also where it fails.  TL_SYSTEM; TL_DROPPED: a stream of
 * another command is not open. */
int tl_redirect_plan(struct tl_plan *plan,
                     const struct tl_command_options *options);
void tl_redirect_settle(struct tl_plan *plan, bool started);
void tl_redirect_give(const struct tl_plan *plan,
                      const struct tl_command_options *options, bool started);

#endif
