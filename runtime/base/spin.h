/*
 * Spin: a short wait that does not give the CPU away.
 *
 * A futex round trip across two CPUs takes 40 us, a look at a word 0.1 us: so a
 * task that waits for one on another CPU looks for a few microseconds before it
 * sleeps.  On one CPU, or with more tasks than CPUs, spinning only takes the
 * time of whoever is waited for: so a thread whose spins did not pay lately
 * does not spin again for a while.
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
 * word takes its line away from whoever is about to write it, and rarer looks
 * find more messages at once. */
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

/* Gives the CPU to others that are ready to run on it, a few times; true: the
 * word has moved meanwhile.
 *
 * Where more tasks work together than there are CPUs, the task that is waited
 * for is often ready on this very CPU.  It then runs at once, and nobody sleeps
 * on a futex and is woken: a round of a barrier of four takes 1 us instead of 9
 * on two CPUs.
 *
 * A program that has nothing to do with the wait may get the CPU as well, and
 * keep it for milliseconds.  The clock tells that it did; after that this
 * thread tries less and less often. */
bool tl_spin_yield(const _Atomic uint64_t *word, uint64_t seen);

/* A waker has ended this thread's sleep, from this CPU or from another one.
 *
 * A waker on this CPU cannot answer while the thread spins, so the thread does
 * without.  A waker on another CPU could; but two sides that sleep in turn
 * never find that out, since each spin ends before the other side has left the
 * kernel.  So the next spin outlasts the way through the kernel, unless such
 * spins did not pay either. */
void tl_spin_woken(bool from_another_cpu);

#endif
