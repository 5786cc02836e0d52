/*
 * Contender: what a strategy knows of a task that may come next.
 */
#ifndef TL_CONTENDER_H
#define TL_CONTENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "tidelock.h"
#include "wait/operation.h"

/* What a task is about to do, or sleeps in. */
struct tl_pending {
    uint64_t object;    /* its identity, or the file's; 0: none */
    uint64_t part;      /* which part of it; UINT64_MAX: all of it */
    uint32_t operation; /* enum tl_operation; NONE: its first step */
    uint8_t access;     /* enum tl_access */
    bool shared;        /* it lies in a space, or outside: others may use it */
};

struct tl_contender {
    uint64_t born;     /* the number of its birth, from 1 */
    uint64_t priority; /* of POS and PCT */
    uint64_t stretch;  /* of STARVE: for which one `low` was drawn */
    bool low;
    bool tied; /* of explore/fairness */
    struct tl_pending pending;
};

/* Whether they may not change places: one writes what the other uses. */
static inline bool tl_pending_races(const struct tl_pending *a,
                                    const struct tl_pending *b)
{
    if (!a->object || a->object != b->object)
        return false;
    if (a->access == TL_ACCESS_READS && b->access == TL_ACCESS_READS)
        return false;
    return a->part == b->part || a->part == UINT64_MAX || b->part == UINT64_MAX;
}

#endif
