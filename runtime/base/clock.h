/*
 * Clock: the only place that reads time.  Nanoseconds on CLOCK_MONOTONIC, or of
 * the clock of another world (base/world).
 */
#ifndef TL_CLOCK_H
#define TL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "tidelock.h"

#define TL_MICROSECOND INT64_C(1000)
#define TL_MILLISECOND INT64_C(1000000)
#define TL_SECOND INT64_C(1000000000)

int64_t tl_clock_now(void);

/* The same of the real clock, in every world: for what the kernel takes. */
int64_t tl_clock_real(void);

/* Sleeps for less than a second of the real clock, or until a signal.
 * Async-signal-safe. */
void tl_clock_pause(int64_t nanoseconds);

/* Whether the deadline is over; TL_NOW always, TL_FOREVER never, and neither
 * reads the clock. */
bool tl_clock_passed(tl_deadline deadline);

static inline tl_deadline tl_clock_earlier(tl_deadline a, tl_deadline b)
{
    return a < b ? a : b;
}

#endif
