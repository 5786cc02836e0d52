/*
 * Descriptor: how a task waits for file descriptors.
 *
 * What a descriptor brings comes from outside the program, so a task that
 * waits here counts as one that may yet go on: it is never part of a deadlock.
 *
 * Limits: tl_descriptor_wait ends for descriptors, signals, the deadline, and
 * what is to be done meanwhile (park/idle) alone.  A wait for descriptors and
 * for objects in shared memory is wait/wait_many's.
 */
#ifndef TL_DESCRIPTOR_H
#define TL_DESCRIPTOR_H

#include <poll.h>
#include <stddef.h>

#include "tidelock.h"

/* As tl_descriptor_wait, which tidelock.h declares, for what comes soon,
 * whatever other tasks do: another world lets none of them run meanwhile. */
int tl_descriptor_wait_briefly(struct pollfd *polled, size_t count,
                               tl_deadline deadline);

/* The thread is about to end: waits until all that it has to send
 * (park/outgoing) is sent, or the deadline.  What is added later is not sent
 * while waiting. */
void tl_descriptor_finish(tl_deadline deadline);

#endif
