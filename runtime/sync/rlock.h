/*
 * Rlock: a lock that its holder may acquire again.
 *
 * `depth` counts how often it has.  Only the holder looks at it, and whoever
 * acquires the free lock sets it anew: so nothing is left of a dead holder's.
 */
#ifndef TL_RLOCK_H
#define TL_RLOCK_H

#include "memory/object.h"
#include "sync/owner.h"

struct tl_rlock {
    struct tl_object object;
    _Alignas(TL_LINE) struct tl_owner owner;
    uint32_t depth;
};

#endif
