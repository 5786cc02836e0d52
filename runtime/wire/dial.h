/*
 * Dial: connects a socket to a server.
 */
#ifndef TL_DIAL_H
#define TL_DIAL_H

#include <stddef.h>
#include <stdint.h>

#include "wire/wire.h"

struct tl_endpoint;

/* *fd: a connected socket whose calls sleep for a few milliseconds at most,
 * then fail with EAGAIN.  TL_TIMEOUT, TL_UNREACHABLE: `trouble` says why, or
 * what else ended the wait.
 * Limit: the look-up of a name takes as long as the resolver lets it. */
int tl_dial(const struct tl_endpoint *endpoint, tl_wire_wait *wait, int *fd,
            char *trouble, size_t size, int64_t deadline);

#endif
