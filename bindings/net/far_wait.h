/*
 * Far wait: the waits of tidelock_remote, of which ps and top tell.
 */
#ifndef TL_BINDINGS_FAR_WAIT_H
#define TL_BINDINGS_FAR_WAIT_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* As tl_descriptor_wait.  What it is about is looked up on the stack of
 * context_state: the call of tidelock_remote that is under way. */
int far_wait(struct pollfd *polled, size_t count, int64_t deadline);

#endif
