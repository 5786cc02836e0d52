/*
 * Descriptor: how a task waits for file descriptors.  The only ppoll of the
 * runtime.
 *
 * What a descriptor brings comes from outside the program, so a task that
 * waits here counts as one that may yet go on: it is never part of a deadlock.
 *
 * Limits: tl_wait_descriptors ends for descriptors, signals, the deadline, and
 * what is to be done meanwhile (idle.h) alone; with objects in shared memory,
 * wait/several sleeps by park.
 */
#ifndef TL_DESCRIPTOR_H
#define TL_DESCRIPTOR_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>

#include "tidelock.h"

/* Sleeps until at least one of them is ready (`revents` say which), or the
 * deadline.  What is ready beats a deadline that is over.  TL_OK, also where
 * none is ready, but callbacks ran or something was sent: look again;
 * TL_TIMEOUT, TL_INTERRUPTED, TL_FOREIGN, TL_SYSTEM. */
int tl_wait_descriptors(struct pollfd *polled, size_t count,
                        tl_deadline deadline);

/* One sleep, also for what the thread has to send (outgoing.h), with the
 * signals that are not in `mask` let in: how many are ready, or 1 or more where
 * something was sent; 0 at the deadline, -1 after a signal. */
int tl_descriptor_sleep(struct pollfd *polled, size_t count,
                        tl_deadline deadline, const sigset_t *mask);

#endif
