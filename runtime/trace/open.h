/*
 * Open: the operations that a task has begun and not ended, as its lane keeps
 * them (trace/lane).
 */
#ifndef TL_OPEN_H
#define TL_OPEN_H

#include "trace/lane.h"

static inline uint32_t tl_open_depth(const struct tl_lane *lane)
{
    /* relaxed: only this task writes it */
    return atomic_load_explicit(&lane->depth, memory_order_relaxed);
}

static inline struct tl_lane_open *tl_open_innermost(struct tl_lane *lane)
{
    uint32_t depth = tl_open_depth(lane);
    return depth ? &lane->open[depth - 1] : NULL;
}

/* relaxed, here and in all that is kept of what is open: it is read where its
 * task is dead, or as a guess */
static inline uint64_t tl_open_position(const struct tl_lane_open *open)
{
    return atomic_load_explicit(&open->position, memory_order_relaxed);
}

static inline int64_t tl_open_slept(const struct tl_lane_open *open)
{
    return atomic_load_explicit(&open->slept, memory_order_relaxed);
}

/* Whether its unit is still there: the reader may have passed it by, in a
 * recording before, and the task have gone on since. */
static inline bool tl_open_has_unit(const struct tl_lane *lane,
                                    const struct tl_lane_open *open)
{
    return tl_open_position(open) >= lane->kept;
}

static inline void tl_open_set_began(struct tl_lane *lane,
                                     struct tl_lane_open *open, int64_t now)
{
    open->began = now;
    if (tl_open_has_unit(lane, open))
        /* relaxed: the release of HEAD comes after it */
        atomic_store_explicit(&open->unit[1], (uint64_t)now,
                              memory_order_relaxed);
}

/* Whether a brief one goes on (trace/brief).  relaxed, both: only its task
 * writes them, or that is dead */
static inline bool tl_open_is_brief(const struct tl_lane *lane)
{
    return atomic_load_explicit(&lane->brief, memory_order_relaxed) ==
           tl_lane_written(lane) + 1;
}

/* The brief one that goes on is open from now on; of a recording that is over:
 * it is gone. */
void tl_open_brief(struct tl_lane *lane);
static inline void tl_open_any_brief(struct tl_lane *lane)
{
    if (tl_open_is_brief(lane))
        tl_open_brief(lane);
}

/* Writes the record MORE of the operation, where there is room; the bits of
 * HEAD that tell of it.  `ended`: 0: never. */
uint64_t tl_open_tell(struct tl_lane *lane, const struct tl_lane_open *open,
                      int64_t ended, uint64_t message);

/* By the next tenant of the lane: tells of what the one before has left open,
 * which is never to end. */
void tl_open_leave(struct tl_lane *lane);

#endif
