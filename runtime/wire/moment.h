/*
 * Moment: the clock of this room, which has no other: nanoseconds on
 * CLOCK_MONOTONIC, as deadlines of tidelock.h are.
 */
#ifndef TL_MOMENT_H
#define TL_MOMENT_H

#include <stdint.h>

#define TL_MOMENT_MILLISECOND INT64_C(1000000)
#define TL_MOMENT_SECOND INT64_C(1000000000)
#define TL_MOMENT_FOREVER INT64_MAX

int64_t tl_moment_now(void);

/* Of two deadlines the one that comes first. */
static inline int64_t tl_moment_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
