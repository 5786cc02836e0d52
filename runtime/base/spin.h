/*
 * Spin: a short wait that does not give the CPU away.
 *
 * A futex round trip across two CPUs takes 40 us, a glance at a word 0.1 us:
 * so who waits for somebody running on another CPU looks for a few
 * microseconds before it sleeps.  On one CPU, or with more tasks than CPUs,
 * spinning only takes the time of whoever is waited for; so waits that did not
 * pay lately are not tried again for a while (per thread).
 */
#ifndef TL_SPIN_H
#define TL_SPIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct tl_spin {
    unsigned looks;   /* still to go */
    unsigned between; /* pauses before the last look, or least of the first */
};

struct tl_spin tl_spin_begin(void);

static inline void tl_spin_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Pauses a moment; false when it is time to sleep. */
static inline bool tl_spin_once(struct tl_spin *spin)
{
    if (spin->looks == 0)
        return false;
    spin->looks--;
    tl_spin_relax();
    return true;
}

/* The same with longer and longer pauses between the looks: each look at a
 * word takes its line away from whoever is about to write it, and who looks
 * less often finds more messages at once. */
static inline bool tl_spin_longer(struct tl_spin *spin)
{
    if (spin->between < 8)
        spin->between = 2 * spin->between + 1;
    for (unsigned i = 0; i < spin->between; i++)
        if (!tl_spin_once(spin))
            return false;
    return true;
}

/* Like tl_spin_begin, but learns from tl_spin_paid whether it is worth it. */
struct tl_spin tl_spin_learned(void);
void tl_spin_paid(bool paid);

/* Gives the CPU to whoever else is ready to run on it, a few times; true: the
 * word has moved meanwhile.  Where more tasks work together than there are
 * CPUs, the one that is waited for is often ready on this very CPU, and nobody
 * has to sleep on a futex and be woken: a round of a barrier of four takes 1 us
 * instead of 9 on two CPUs.  Whoever has nothing to do with it gets the CPU
 * just as well, and keeps it for milliseconds: the clock tells, and then the
 * next tries are further and further apart (per thread). */
bool tl_spin_yield(const _Atomic uint64_t *word, uint64_t seen);

/* A sleep ended by a waker that runs on this CPU, or on another one.  On this
 * one it cannot answer while we spin.  On another it could, but two sides that
 * sleep in turn never find out: each spin ends before the other side is out of
 * the kernel.  So the next spin outlasts that, unless that did not pay either.
 */
void tl_spin_woken(bool from_another_cpu);

#endif
