/*
 * Heap check: whether the invariants of a heap that may be damaged hold.
 *
 * Every word of it may be anything, so the walk trusts none: it goes from block
 * to block by sizes that it checks first, and a free list must not be longer
 * than the free bytes that the walk has counted, which ends a list that runs in
 * a circle.
 */
#include "store/heap_layout.h"

static bool bounds_hold(void)
{
    const struct heap *it = heap();
    return it->start == tl_root()->front && it->end == tl_root()->size &&
           it->frontier >= it->start &&
           it->frontier <= atomic_load(&tl_root()->backed) &&
           it->frontier % HEADER == 0;
}

/* Every block from the start to the frontier; the free bytes, or UINT64_MAX. */
static uint64_t walk(void (*tell)(void *context, uint64_t block), void *context)
{
    uint64_t free = 0, used = 0, count = 0, at = heap()->start;
    bool cursor = false;
    while (at < heap()->frontier) {
        const struct header *header = header_at(at);
        if (header->size < LEAST || header->size % HEADER != 0 ||
            header->size > heap()->frontier - at || header->used > 1)
            return UINT64_MAX;
        if (header->used) {
            tell(context, at + HEADER);
            used += header->size;
            count++;
        } else {
            free += header->size;
        }
        cursor = cursor || at == heap()->cursor;
        at += header->size;
    }
    return (cursor || heap()->cursor == at) && used == heap()->used &&
                   count == heap()->count
               ? free
               : UINT64_MAX;
}

/* A list that runs in a circle counts more bytes than are free. */
static bool list_holds(unsigned c, uint64_t *listed, uint64_t free)
{
    uint64_t before = 0;
    for (uint64_t at = heap()->free[c]; at; at = header_at(at)->next) {
        if (at < heap()->start || at > heap()->frontier - LEAST ||
            at % HEADER != 0)
            return false;
        const struct header *header = header_at(at);
        *listed += header->size;
        if (header->used || header->size < LEAST ||
            header->size > heap()->frontier - at ||
            class_served(header->size) != c || *listed > free ||
            (before && header->previous != before))
            return false;
        before = at;
    }
    return true;
}

bool tl_heap_is_sound(void (*tell)(void *context, uint64_t block),
                      void *context)
{
    if (!bounds_hold())
        return false;
    uint64_t listed = 0, free = walk(tell, context);
    if (free == UINT64_MAX)
        return false;
    for (unsigned c = 0; c < CLASSES; c++)
        if (!list_holds(c, &listed, free))
            return false;
    return listed == free;
}
