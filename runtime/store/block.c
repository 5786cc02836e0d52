#include "block.h"

#include <stddef.h>

#include "insight/fault.h"
#include "log.h"
#include "memory/arena.h"
#include "status.h"

#define HEADER 64
#define LEAST 128 /* header included */
#define CLASSES 144

/* Before each block.  From the heap's start to its frontier blocks follow each
 * other; each is either `used` or, linked by `next`, on the free list of the
 * largest class that it can serve.  Changes by logged steps, except while free
 * blocks are joined. */
struct header {
    uint64_t size; /* header included */
    uint64_t used; /* 0 or 1 */
    uint64_t next; /* offset of the next free block, or 0 */
};

struct heap {
    struct tl_log log;
    uint64_t start, end;    /* offsets; constant */
    uint64_t frontier;      /* offset of the first byte never used */
    uint64_t used, count;   /* bytes and blocks in use */
    uint64_t joining;       /* 1: the free lists are being made anew */
    uint64_t free[CLASSES]; /* offsets of headers */
};

static struct heap *heap(void)
{
    return tl_region(TL_REGION_HEAP);
}

int tl_block_make(void)
{
    struct heap *made = tl_arena_carve(TL_REGION_HEAP, sizeof *made);
    if (!made)
        return TL_NO_MEMORY;
    tl_log_init(&made->log, TL_GUARD_HEAP);
    made->start = made->frontier = tl_root()->front;
    made->end = tl_root()->size;
    return TL_OK;
}

/* Of class c, header included: 128, 192, then 256, 320, 384, 448, 512, ... */
static uint64_t size_of(unsigned c)
{
    if (c < 2)
        return LEAST + 64 * (uint64_t)c;
    return (4 + (uint64_t)(c - 2) % 4) << (6 + (c - 2) / 4);
}

/* The smallest class whose blocks have this size. */
static unsigned class_for(uint64_t size)
{
    if (size <= 256)
        return size <= 128 ? 0 : size <= 192 ? 1 : 2;
    unsigned top = 63 - (unsigned)__builtin_clzll(size - 1);
    unsigned quarter = (unsigned)((size - 1) >> (top - 2)) & 3;
    return 2 + (top - 8) * 4 + quarter + 1;
}

/* The largest class that a block of this size can serve. */
static unsigned class_served(uint64_t size)
{
    unsigned c = class_for(size);
    return size_of(c) > size ? c - 1 : c;
}

static struct header *header_at(uint64_t offset)
{
    return tl_at(offset);
}

/* ---- prepared steps ---- */

static void set(uint64_t *word, uint64_t value)
{
    tl_log_set(&heap()->log, word, value);
}

/* The first block of the list of class c.  Of more than *size bytes the rest
 * becomes a free block, where it is large enough to be one; else *size grows.
 */
static uint64_t prepare_listed(unsigned c, uint64_t *wanted)
{
    uint64_t offset = heap()->free[c];
    struct header *header = header_at(offset);
    uint64_t size = *wanted, rest = header->size - size;
    unsigned rest_class = rest >= LEAST ? class_served(rest) : CLASSES;
    uint64_t after = header->next;
    if (rest_class < CLASSES) {
        struct header *second = header_at(offset + size);
        set(&second->size, rest);
        set(&second->used, 0);
        set(&second->next, rest_class == c ? after : heap()->free[rest_class]);
        set(&header->size, size);
        if (rest_class == c)
            after = offset + size;
        else
            set(&heap()->free[rest_class], offset + size);
    } else {
        *wanted = header->size;
    }
    set(&heap()->free[c], after);
    return offset;
}

static uint64_t prepare_fresh(uint64_t size)
{
    uint64_t offset = heap()->frontier;
    set(&header_at(offset)->size, size);
    set(&heap()->frontier, offset + size);
    return offset;
}

/* Prepares to take a block of class c, of *size bytes; 0: there is none. */
static uint64_t prepare(unsigned c, uint64_t *size, bool *fresh)
{
    *size = size_of(c);
    *fresh = false;
    if (heap()->free[c])
        return prepare_listed(c, size);
    *fresh = *size <= atomic_load(&tl_root()->backed) - heap()->frontier;
    if (*fresh)
        return prepare_fresh(*size);
    for (unsigned larger = c + 1; larger < CLASSES; larger++)
        if (heap()->free[larger])
            return prepare_listed(larger, size);
    return 0;
}

/* ---- joining ---- */

/* The end of the run of free blocks that begins at `offset`. */
static uint64_t end_of_run(uint64_t offset)
{
    while (offset < heap()->frontier && !header_at(offset)->used)
        offset += header_at(offset)->size;
    return offset;
}

static void join_run(uint64_t offset, uint64_t end)
{
    struct header *header = header_at(offset);
    if (end == heap()->frontier) {
        heap()->frontier = offset;
        return;
    }
    /* one store: the headers within the run are nobody's after it */
    header->size = end - offset;
    tl_fault();
    unsigned c = class_served(header->size);
    header->next = heap()->free[c];
    heap()->free[c] = offset;
    tl_fault();
}

/* Makes the free lists anew from the headers, with neighbours joined.  Who
 * takes over from a task that died here begins again: nothing else is lost. */
static void join_free(void)
{
    heap()->joining = 1;
    tl_fault();
    for (unsigned c = 0; c < CLASSES; c++)
        heap()->free[c] = 0;
    tl_fault();
    uint64_t offset = heap()->start;
    while (offset < heap()->frontier) {
        uint64_t end = end_of_run(offset);
        if (end == offset)
            offset += header_at(offset)->size;
        else
            join_run(offset, end);
        if (end > offset)
            offset = end;
    }
    heap()->joining = 0;
    tl_fault();
}

void tl_block_repair(void)
{
    tl_log_repair(&heap()->log);
    if (heap()->joining && tl_rule(TL_RULE_REDO))
        join_free();
}

/* ---- taking and releasing ---- */

int tl_block_take(uint64_t *owner, uint64_t size)
{
    bool fresh;
    return tl_block_take_tell(owner, size, &fresh);
}

static bool take(uint64_t *owner, unsigned c, bool *fresh)
{
    uint64_t taken;
    tl_log_begin(&heap()->log);
    uint64_t offset = prepare(c, &taken, fresh);
    if (!offset) {
        join_free();
        offset = prepare(c, &taken, fresh);
    }
    if (offset) {
        set(&header_at(offset)->used, 1);
        set(&heap()->used, heap()->used + taken);
        set(&heap()->count, heap()->count + 1);
        set(tl_at(offset + HEADER), 0);
        set(owner, offset + HEADER);
    }
    tl_log_end(&heap()->log);
    return offset != 0;
}

int tl_block_take_tell(uint64_t *owner, uint64_t size, bool *fresh)
{
    if (size > heap()->end - heap()->start - HEADER)
        return TL_TOO_LARGE;
    unsigned c = class_for(size + HEADER);
    while (!take(owner, c, fresh)) {
        /* the frontier may move meanwhile: then it is tried again */
        int status = tl_arena_extend(heap()->frontier + size_of(c));
        if (status < 0)
            return status;
    }
    return TL_OK;
}

void tl_block_release(uint64_t *owner, uint64_t next)
{
    if (!*owner)
        return;
    tl_log_begin(&heap()->log);
    uint64_t offset = *owner - HEADER;
    struct header *header = header_at(offset);
    unsigned c = class_served(header->size);
    set(&header->used, 0);
    set(&header->next, heap()->free[c]);
    set(&heap()->free[c], offset);
    set(&heap()->used, heap()->used - header->size);
    set(&heap()->count, heap()->count - 1);
    set(owner, next);
    tl_log_end(&heap()->log);
}

uint64_t tl_block_used(uint64_t *count)
{
    if (count)
        *count = heap()->count;
    return heap()->used;
}

bool tl_block_check(void)
{
    uint64_t free = 0, listed = 0, offset = heap()->start;
    while (offset < heap()->frontier) {
        struct header *header = header_at(offset);
        if (header->size < LEAST || header->size % 64 != 0)
            return false;
        free += header->used ? 0 : header->size;
        offset += header->size;
    }
    for (unsigned c = 0; c < CLASSES; c++) {
        for (uint64_t at = heap()->free[c]; at; at = header_at(at)->next) {
            if (header_at(at)->used || class_served(header_at(at)->size) != c)
                return false;
            listed += header_at(at)->size;
        }
    }
    return offset == heap()->frontier && free == listed &&
           heap()->used + free == heap()->frontier - heap()->start;
}
