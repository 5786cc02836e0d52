/*
 * Backoff: for how long one end of a stream leaves the other alone.
 *
 * A task that finds a stream empty (or full) spins on the other end's word, and
 * each look takes the word's line away from whoever is about to write it.
 * Where the other end goes on by itself, a later look finds more messages at
 * once, and both ends are up to twice as fast; where the other end waits for an
 * answer, every pause is lost.  What a look found tells the two cases apart.
 * One message each time is a conversation.  As many as there can be: the other
 * end had to stop.  In both cases the pauses shrink; in all others they grow.
 *
 * The pauses are a hint: whatever they say, only time is lost.
 */
#ifndef TL_BACKOFF_H
#define TL_BACKOFF_H

#include <stdatomic.h>
#include <stdint.h>

#define TL_BACKOFF_MOST 32 /* pauses: about a microsecond */
#define TL_BACKOFF_STEP 8

struct tl_backoff {
    _Atomic uint32_t pauses; /* before the first look */
};

static inline uint32_t tl_backoff_pauses(struct tl_backoff *patience)
{
    return atomic_load_explicit(&patience->pauses, memory_order_relaxed);
}

/* A look found `found` messages, or room for so many, where there can be
 * `most`; 0: no bound. */
static inline void tl_backoff_learn(struct tl_backoff *patience, uint32_t found,
                                    uint32_t most)
{
    uint32_t old = tl_backoff_pauses(patience), pauses = old / 2;
    if (found > 1 && found != most)
        pauses = old < TL_BACKOFF_MOST ? old + TL_BACKOFF_STEP : old;
    if (found > 0 && pauses != old)
        atomic_store_explicit(&patience->pauses, pauses, memory_order_relaxed);
}

#endif
