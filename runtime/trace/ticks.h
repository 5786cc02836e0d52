/*
 * Ticks: the time of what is recorded.
 *
 * Reading the clock twice an operation costs more than all else that recording
 * does, so the processor's own counter is read where the kernel's clock stands
 * on it, too; what a tick is worth the recorder finds out (struct tl_ticks).
 * Elsewhere, and in a simulation, ticks are what the clock says.
 */
#ifndef TL_TICKS_H
#define TL_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* Whether the counter can be read: the kernel itself goes by it. */
bool tl_ticks_has_counter(void);

static inline int64_t tl_ticks_counter(void)
{
#ifdef __x86_64__
    return (int64_t)__builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

/* Makes the time that is read next one after all that was done before: the
 * processor would read its counter while it still waits for a lock's line. */
static inline void tl_ticks_after(void)
{
#ifdef __x86_64__
    __builtin_ia32_lfence();
#endif
}

/* What ticks are in nanoseconds: from `begin` on they are measured. */
struct tl_ticks {
    bool counter;
    int64_t ticks, time; /* of one moment */
    double worth;        /* nanoseconds a tick; 0: not known yet */
};
void tl_ticks_begin(struct tl_ticks *measure, bool counter);

/* So many ticks in nanoseconds; the same where their worth is known. */
void tl_ticks_learn(struct tl_ticks *measure);
static inline int64_t tl_ticks_time_by(bool counter, double worth,
                                       int64_t ticks)
{
    return counter ? (int64_t)((double)ticks * worth) : ticks;
}
static inline int64_t tl_ticks_time(struct tl_ticks *measure, int64_t ticks)
{
    if (__builtin_expect(measure->worth == 0, 0))
        tl_ticks_learn(measure);
    return tl_ticks_time_by(measure->counter, measure->worth, ticks);
}

#endif
