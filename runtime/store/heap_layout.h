/*
 * Heap layout: what the heap keeps of its blocks; for the files of store/heap
 * alone.
 */
#ifndef TL_HEAP_LAYOUT_H
#define TL_HEAP_LAYOUT_H

#include <stdint.h>

#include "memory/arena.h"
#include "store/heap.h"
#include "store/log.h"

#define HEADER 64
#define LEAST 128 /* header included */
#define CLASSES 144

/* Before each block.  From the heap's start to its frontier blocks follow each
 * other; each is either `used` or, linked by `next`, on the free list of the
 * largest class that it can serve.  Changes by logged steps. */
struct header {
    uint64_t size;     /* header included */
    uint64_t used;     /* 0 or 1 */
    uint64_t next;     /* offset of the next free block, or 0 */
    uint64_t previous; /* of the one before; in the first, anything */
};

struct heap {
    struct tl_log log;
    uint64_t start, end;  /* offsets; constant */
    uint64_t frontier;    /* offset of the first byte never used */
    uint64_t used, count; /* bytes and blocks in use */
    /* Of joining.  Hints but for `cursor`, which is a block's header or the
     * frontier: only there are headers taken away. */
    uint64_t cursor;        /* offset */
    uint64_t laps;          /* how often it has come to the frontier */
    uint64_t releases;      /* how many there were */
    uint64_t lap_began;     /* ... when it was last at the start */
    uint64_t joined;        /* ... and at the lap before: these are joined */
    uint64_t free[CLASSES]; /* offsets of headers */
};

static inline struct heap *heap(void)
{
    return tl_region(TL_REGION_HEAP);
}

/* Of class c, header included: 128, 192, then 256, 320, 384, 448, 512, ... */
static inline uint64_t size_of(unsigned c)
{
    if (c < 2)
        return LEAST + 64 * (uint64_t)c;
    return (4 + (uint64_t)(c - 2) % 4) << (6 + (c - 2) / 4);
}

/* The smallest class whose blocks have this size. */
static inline unsigned class_for(uint64_t size)
{
    if (size <= 256)
        return size <= 128 ? 0 : size <= 192 ? 1 : 2;
    unsigned top = 63 - (unsigned)__builtin_clzll(size - 1);
    unsigned quarter = (unsigned)((size - 1) >> (top - 2)) & 3;
    return 2 + (top - 8) * 4 + quarter + 1;
}

/* The largest class that a block of this size can serve. */
static inline unsigned class_served(uint64_t size)
{
    unsigned c = class_for(size);
    return size_of(c) > size ? c - 1 : c;
}

static inline struct header *header_at(uint64_t offset)
{
    return tl_at(offset);
}

#endif
