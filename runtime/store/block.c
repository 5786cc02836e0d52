#include "block.h"

#include <stdbool.h>
#include <stddef.h>

#include "log.h"
#include "memory/arena.h"
#include "status.h"

#define HEADER 64
#define CLASSES 144

/* Before each block.  Invariant: a block is either on the free list of its
 * class, linked by `next`, or in use.  Changes by logged steps only. */
struct header {
    uint64_t class;
    uint64_t next; /* offset of the next free block, or 0 */
};

static struct heap {
    struct tl_log log;
    uint64_t frontier; /* offset of the first byte never used */
    uint64_t end;
    uint64_t used, count;
    uint64_t free[CLASSES]; /* offsets of blocks, past their headers */
} *heap;

int tl_block_make(void)
{
    heap = tl_arena_carve(sizeof *heap);
    if (!heap)
        return TL_NO_MEMORY;
    tl_log_init(&heap->log);
    heap->frontier = tl_arena_front();
    heap->end = tl_arena_size();
    return TL_OK;
}

/* Of class c, header included: 128, 192, then 256, 320, 384, 448, 512, ... */
static uint64_t size_of(unsigned c)
{
    if (c < 2)
        return 128 + 64 * (uint64_t)c;
    return (4 + (c - 2) % 4) << (6 + (c - 2) / 4);
}

static unsigned class_of(uint64_t size)
{
    if (size <= 256)
        return size <= 128 ? 0 : size <= 192 ? 1 : 2;
    unsigned top = 63 - (unsigned)__builtin_clzll(size - 1);
    unsigned quarter = (unsigned)((size - 1) >> (top - 2)) & 3;
    return 2 + (top - 8) * 4 + quarter + 1;
}

static struct header *header_of(uint64_t block)
{
    return tl_at(block - HEADER);
}

static uint64_t find_larger(unsigned c)
{
    for (unsigned larger = c + 1; larger < CLASSES; larger++)
        if (heap->free[larger])
            return heap->free[larger];
    return 0;
}

/* Prepares to take a block for class c; 0: there is none. */
static uint64_t prepare(unsigned c, bool *is_fresh)
{
    uint64_t block = heap->free[c], size = size_of(c);
    bool fresh = !block && size <= heap->end - heap->frontier;
    *is_fresh = fresh;
    if (fresh)
        block = heap->frontier + HEADER;
    else if (!block)
        block = find_larger(c);
    if (!block)
        return 0;
    struct header *header = header_of(block);
    if (fresh) {
        tl_log_set(&heap->log, &heap->frontier, heap->frontier + size);
        tl_log_set(&heap->log, &header->class, c);
    } else {
        size = size_of((unsigned)header->class);
        tl_log_set(&heap->log, &heap->free[header->class], header->next);
    }
    tl_log_set(&heap->log, &heap->used, heap->used + size);
    tl_log_set(&heap->log, &heap->count, heap->count + 1);
    return block;
}

int tl_block_take(uint64_t *owner, uint64_t size)
{
    bool fresh;
    return tl_block_take_tell(owner, size, &fresh);
}

int tl_block_take_tell(uint64_t *owner, uint64_t size, bool *fresh)
{
    if (size > heap->end - HEADER)
        return TL_TOO_LARGE;
    unsigned c = class_of(size + HEADER);
    tl_log_begin(&heap->log);
    uint64_t block = prepare(c, fresh);
    if (block) {
        tl_log_set(&heap->log, tl_at(block), 0);
        tl_log_set(&heap->log, owner, block);
    }
    tl_log_end(&heap->log);
    return block ? TL_OK : TL_NO_MEMORY;
}

void tl_block_release(uint64_t *owner, uint64_t next)
{
    if (!*owner)
        return;
    tl_log_begin(&heap->log);
    uint64_t block = *owner;
    struct header *header = header_of(block);
    uint64_t size = size_of((unsigned)header->class);
    tl_log_set(&heap->log, &header->next, heap->free[header->class]);
    tl_log_set(&heap->log, &heap->free[header->class], block);
    tl_log_set(&heap->log, &heap->used, heap->used - size);
    tl_log_set(&heap->log, &heap->count, heap->count - 1);
    tl_log_set(&heap->log, owner, next);
    tl_log_end(&heap->log);
}

uint64_t tl_block_used(uint64_t *count)
{
    if (count)
        *count = heap->count;
    return heap->used;
}
