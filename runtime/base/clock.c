#include "base/clock.h"

#include <time.h>

#include "base/world.h"

int64_t tl_clock_real(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * TL_SECOND + now.tv_nsec;
}

void tl_clock_pause(int64_t nanoseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

int64_t tl_clock_now(void)
{
    return __builtin_expect(tl_world != NULL, 0) ? tl_world->now()
                                                 : tl_clock_real();
}

bool tl_clock_passed(tl_deadline deadline)
{
    if (deadline <= 0)
        return true;
    return deadline != TL_FOREVER && tl_clock_now() >= deadline;
}

tl_deadline tl_deadline_in(double seconds)
{
    if (!(seconds > 0))
        return TL_NOW;
    /* beyond a hundred years is for ever, and the sum cannot overflow */
    if (seconds > 3.2e9)
        return TL_FOREVER;
    return tl_clock_now() + (int64_t)(seconds * 1e9);
}

double tl_real_now(void)
{
    return (double)tl_clock_real() / 1e9;
}

double tl_now(void)
{
    return (double)(tl_world ? tl_world->asked() - tl_world->start
                             : tl_clock_real()) /
           1e9;
}
