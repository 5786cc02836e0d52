/*
 * Descriptor: how a task waits for what lies outside the program, a socket or
 * a stream of another process.
 *
 * The kernel is the waker, so there is no condition and no list: a task asleep
 * here is no waiter for a deadlock report, since somebody outside may wake it.
 *
 * No interrupt is lost: signals are blocked between the last look at what is
 * due and the sleep, which lets them through.
 */
#ifndef TL_DESCRIPTOR_H
#define TL_DESCRIPTOR_H

#include <poll.h>

#include "tidelock.h"

/* Until one of the `n` descriptors is ready: TL_OK with what it is ready for
 * in revents.  TL_TIMEOUT, TL_INTERRUPTED, TL_FOREIGN, TL_SYSTEM. */
int tl_wait_descriptors(struct pollfd *fds, unsigned n, tl_deadline deadline);

#endif
