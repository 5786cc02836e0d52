#include "base/spin.h"

#include <sched.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/quota.h"
#include "base/world.h"
#include "tidelock.h"

#define SPIN_TIME (5 * TL_MICROSECOND)
#define TRY_AGAIN 16  /* one wait in so many, when spinning does not pay */
#define LOSSES_MOST 8 /* beyond 4 it does not pay */
/* The SPIN_TIMEs of a long spin: longer than the way through the kernel. */
#define LONG_TIMES 12

#define YIELDS 8
#define YIELD_LONGEST (500 * TL_MICROSECOND)
#define STRANGERS_LEAST 512 /* waits: a try costs some milliseconds */
#define STRANGERS_MOST 65536

/* How many looks take SPIN_TIME; 0: not measured yet.  Relaxed: two threads
 * that measure at once agree well enough. */
static _Atomic unsigned looks;
static _Thread_local bool apart; /* the last waker ran on another CPU */
static _Thread_local unsigned losses, skipped;

/* A pause takes 10 ns on one processor and 50 on another. */
static unsigned measure(void)
{
    if (tl_quota_affinity() < 2)
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
    unsigned known = atomic_load_explicit(&looks, memory_order_relaxed);
    if (known == 0) {
        known = measure();
        atomic_store_explicit(&looks, known, memory_order_relaxed);
    }
    return (struct tl_spin){.looks = known};
}

/* In a world of turns the task that is waited for cannot answer meanwhile. */
struct tl_spin tl_spin_learned(void)
{
    if (tl_world)
        return (struct tl_spin){.looks = 0};
    if (apart) {
        apart = false;
        struct tl_spin spin = tl_spin_begin();
        spin.looks *= LONG_TIMES;
        return spin;
    }
    if (losses < 4 || ++skipped % TRY_AGAIN == 0)
        return tl_spin_begin();
    return (struct tl_spin){.looks = 0};
}

void tl_spin_paid(bool paid)
{
    if (paid)
        losses = losses > 1 ? losses - 2 : 0;
    else if (losses < LOSSES_MOST)
        losses++;
}

enum yielded { YIELDED_FOR_IT, YIELDED_IN_VAIN, YIELDED_TO_STRANGERS };

static enum yielded yield_for(const _Atomic uint64_t *word, uint64_t seen)
{
    int64_t start = tl_clock_now();
    for (int i = 0; i < YIELDS; i++) {
        sched_yield();
        if (tl_clock_now() - start > YIELD_LONGEST)
            return YIELDED_TO_STRANGERS;
        /* acquire: pairs with the commit that moves the word */
        if (atomic_load_explicit(word, memory_order_acquire) != seen)
            return YIELDED_FOR_IT;
    }
    return YIELDED_IN_VAIN;
}

bool tl_spin_yield(const _Atomic uint64_t *word, uint64_t seen)
{
    /* how many waits go without a yield from now on; and how many will after
     * the next that gives the CPU to a stranger */
    static _Thread_local unsigned skips, strangers = STRANGERS_LEAST;
    if (tl_world)
        return false;
    if (skips > 0) {
        skips--;
        return false;
    }
    switch (yield_for(word, seen)) {
    case YIELDED_FOR_IT:
        strangers -= strangers > STRANGERS_LEAST ? strangers / 2 : 0;
        return true;
    case YIELDED_TO_STRANGERS:
        skips = strangers;
        strangers += strangers < STRANGERS_MOST ? strangers : 0;
        return false;
    default:
        skips = TRY_AGAIN;
        return false;
    }
}

void tl_spin_woken(bool from_another_cpu)
{
    if (from_another_cpu && losses < LOSSES_MOST)
        apart = true;
    if (!from_another_cpu)
        losses = LOSSES_MOST;
}
