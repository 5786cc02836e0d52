/*
 * Redirect: where the three streams of a command go.
 *
 * The caller makes a plan before the start, and settles it once after the
 * start, whether that succeeded or failed: this closes the descriptors that
 * were opened for the program.  Last, tl_redirect_give: a stream of another
 * command that was given to the program is closed there where the start
 * succeeded, and stays that command's where it failed.
 */
#ifndef TL_REDIRECT_H
#define TL_REDIRECT_H

#include <stdbool.h>

#include "tidelock.h"

struct tl_redirect_plan {
    int theirs[TL_COMMAND_STREAMS]; /* what the program gets */
    int ours[TL_COMMAND_STREAMS];   /* our end of a pipe, or -1 */
    bool made[TL_COMMAND_STREAMS];  /* theirs was opened for the program */
};

/* A plan is to be settled also where making it fails.  TL_SYSTEM; TL_DROPPED: a
 * stream of another command is not open. */
int tl_redirect_plan(struct tl_redirect_plan *plan,
                     const struct tl_command_options *options);
void tl_redirect_settle(struct tl_redirect_plan *plan, bool started);
void tl_redirect_give(const struct tl_redirect_plan *plan,
                      const struct tl_command_options *options, bool started);

#endif
