/*
 * Host interrupt: Ctrl-C, for the explorer.
 *
 * The first one is remembered, and ends a wait; a second one ends the program
 * at once, with status 130, and with it the workers (zygote.h).
 */
#ifndef EXPLORE_HOST_INTERRUPT_H
#define EXPLORE_HOST_INTERRUPT_H

#include <stdbool.h>

/* From now on.  Where SIGINT is ignored, as for a job in the background, it
 * stays so.  Returns a descriptor that is readable once it came. */
int host_interrupt_watch(void);

/* Whether it came. */
bool host_interrupt_came(void);

#endif
