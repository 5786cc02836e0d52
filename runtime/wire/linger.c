#include "wire/linger.h"

#include <sched.h>

#include "wire/moment.h"

#define MICROSECOND (TL_MOMENT_SECOND / 1000000)
#define MOMENT (200 * MICROSECOND)
#define CROWDED (300 * MICROSECOND) /* others had the CPU for so long */
#define MOST_FAILURES 10            /* then one wait in 1024 is tried */

bool tl_linger_begin(struct tl_linger *linger, int64_t deadline)
{
    if (linger->left_out > 0) {
        linger->left_out--;
        return false;
    }
    linger->looked = tl_moment_now();
    linger->end = tl_moment_earlier(deadline, linger->looked + MOMENT);
    return true;
}

bool tl_linger_on(struct tl_linger *linger)
{
    sched_yield();
    int64_t now = tl_moment_now();
    bool crowded = now - linger->looked > CROWDED;
    linger->looked = now;
    return !crowded && now < linger->end;
}

void tl_linger_end(struct tl_linger *linger, bool paid)
{
    if (paid) {
        linger->failures = 0;
        return;
    }
    if (linger->failures < MOST_FAILURES)
        linger->failures++;
    linger->left_out = (1U << linger->failures) - 1;
}
