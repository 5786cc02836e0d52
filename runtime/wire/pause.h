/*
 * Pause: how a thread that is no task sleeps, and how attempts to reach a
 * server follow one another.
 */
#ifndef TL_PAUSE_H
#define TL_PAUSE_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/wire.h"

/* The wait of such a thread: see tl_wire_wait. */
int tl_pause_wait(struct pollfd *polled, size_t count, int64_t deadline);

/* Between attempts: 50 ms, then twice as long each time, up to 2 s. */
struct tl_pause {
    int64_t time; /* 0: the first */
};

/* How long one attempt may take. */
#define TL_PAUSE_ATTEMPT INT64_C(2000000000)

/* Sleeps by `wait`.  TL_OK; TL_TIMEOUT: it would last longer than that. */
int tl_pause(struct tl_pause *pause, tl_wire_wait *wait, int64_t deadline);

#endif
