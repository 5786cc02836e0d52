#include "spin.h"

#include <sched.h>

#include "clock.h"
#include "tidelock.h"

#define SPIN_TIME (5 * TL_MICROSECOND)
#define TRY_AGAIN 16 /* one wait in so many, when spinning does not pay */
#define SHORT_SLEEP (100 * TL_MICROSECOND)

static unsigned looks; /* that take SPIN_TIME; 0: not measured yet */
static _Thread_local unsigned losses, skipped;

int tl_cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return CPU_COUNT(&set);
}

/* A pause takes 10 ns on one processor and 50 on another. */
static unsigned measure(void)
{
    if (tl_cpu_count() < 2)
        return 1;
    int64_t start = tl_clock_now();
    for (int i = 0; i < 200; i++)
        tl_spin_relax();
    int64_t took = tl_clock_now() - start;
    int64_t count = SPIN_TIME * 200 / (took > 0 ? took : 1);
    return count < 20 ? 20 : count > 2000 ? 2000 : (unsigned)count;
}

struct tl_spin tl_spin_begin(void)
{
    if (looks == 0)
        looks = measure();
    return (struct tl_spin){.looks = looks};
}

struct tl_spin tl_spin_learned(void)
{
    if (losses < 4 || ++skipped % TRY_AGAIN == 0)
        return tl_spin_begin();
    return (struct tl_spin){.looks = 0};
}

void tl_spin_paid(bool paid)
{
    if (paid)
        losses = losses > 1 ? losses - 2 : 0;
    else if (losses < 8)
        losses++;
}

void tl_spin_slept(int64_t time)
{
    if (time < SHORT_SLEEP)
        tl_spin_paid(true);
}
