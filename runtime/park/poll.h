/*
 * Poll: one sleep for file descriptors.  The only ppoll of the runtime.
 */
#ifndef TL_POLL_H
#define TL_POLL_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>

#include "tidelock.h"

/* One sleep, also for what the thread has to send (park/outgoing); it lets in
 * the signals that are not in `mask`.  Returns how many descriptors are ready,
 * those to send to included; 0 at the deadline; -1 after a signal. */
int tl_poll_sleep(struct pollfd *polled, size_t count, tl_deadline deadline,
                  const sigset_t *mask);

/* How many are ready at this moment; -1 after a signal. */
int tl_poll_look(struct pollfd *polled, size_t count);

#endif
