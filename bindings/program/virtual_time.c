/*
 * Virtual time: `time` and `clock` of the program.
 *
 * Lua is linked into the program, so it calls these: os.time, os.date, os.clock
 * and the hash seed of a state read the clock of the simulation, where there is
 * one.  A simulation starts in the first second of 2000, UTC.
 *
 * Limits: C modules call those of the C library, which tell real time.
 */
#include <time.h>

#include "tidelock.h"

#define SECOND INT64_C(1000000000)
#define START INT64_C(946684800) /* 2000-01-01 00:00:00 UTC */

static struct timespec read_real(clockid_t which)
{
    struct timespec now = {0};
    clock_gettime(which, &now);
    return now;
}

time_t time(time_t *out)
{
    time_t now = tl_simulate_is_on()
                     ? (time_t)(START + tl_simulate_clock() / SECOND)
                     : read_real(CLOCK_REALTIME).tv_sec;
    if (out)
        *out = now;
    return now;
}

/* Computing costs nothing in a simulation: the time that has passed is that in
 * which tasks slept. */
clock_t clock(void)
{
    if (tl_simulate_is_on())
        return (clock_t)(tl_simulate_clock() / (SECOND / CLOCKS_PER_SEC));
    struct timespec used = read_real(CLOCK_PROCESS_CPUTIME_ID);
    return used.tv_sec * CLOCKS_PER_SEC +
           used.tv_nsec / (SECOND / CLOCKS_PER_SEC);
}
