#include "store/heap_layout.h"

#include "base/fault.h"
#include "memory/arena.h"
#include "public/status.h"

int tl_heap_make(void)
{
    struct heap *made = tl_arena_carve(TL_REGION_HEAP, sizeof *made);
    if (!made)
        return TL_NO_MEMORY;
    tl_log_init(&made->log, TL_GUARD_HEAP);
    made->start = made->frontier = made->cursor = tl_root()->front;
    made->end = tl_root()->size;
    return TL_OK;
}

/* ---- prepared steps ---- */

static void set(uint64_t *word, uint64_t value)
{
    tl_log_set(&heap()->log, word, value);
}

static uint64_t get(const uint64_t *word)
{
    return tl_log_get(&heap()->log, word);
}

/* Puts the block before `first`, with which the list of class c began. */
static void link_before(unsigned c, uint64_t offset, uint64_t first)
{
    set(&header_at(offset)->next, first);
    if (first)
        set(&header_at(first)->previous, offset);
    set(&heap()->free[c], offset);
}

static void unlink_free(uint64_t offset)
{
    struct header *header = header_at(offset);
    uint64_t *list = &heap()->free[class_served(header->size)];
    uint64_t next = get(&header->next);
    if (get(list) == offset) {
        set(list, next);
        return;
    }
    uint64_t previous = get(&header->previous);
    set(&header_at(previous)->next, next);
    if (next)
        set(&header_at(next)->previous, previous);
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
    set(&heap()->free[c], after);
    if (rest_class < CLASSES) {
        struct header *second = header_at(offset + size);
        set(&second->size, rest);
        set(&second->used, 0);
        set(&header->size, size);
        link_before(rest_class, offset + size, get(&heap()->free[rest_class]));
    } else {
        *wanted = header->size;
    }
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

#define LOOKS_MOST 64 /* headers, while the guard is held */

static void finish_lap(void)
{
    heap()->cursor = heap()->start;
    heap()->joined = heap()->lap_began;
    heap()->lap_began = heap()->releases;
    heap()->laps++;
}

/* The free block at `offset` and what is behind it become one, where that is
 * free; false: it is not. */
static bool prepare_join(uint64_t offset)
{
    struct header *header = header_at(offset);
    uint64_t end = offset + header->size;
    if (end == heap()->frontier) {
        unlink_free(offset);
        set(&heap()->frontier, offset);
        return true;
    }
    if (header_at(end)->used)
        return false;
    uint64_t size = header->size + header_at(end)->size;
    unsigned c = class_served(size);
    unlink_free(offset);
    unlink_free(end);
    set(&header->size, size);
    link_before(c, offset, get(&heap()->free[c]));
    return true;
}

/* A logged step: from the cursor on to the next two to be joined, or some way.
 */
static void join_some(void)
{
    tl_log_begin(&heap()->log);
    for (int looks = 0; looks < LOOKS_MOST; looks++) {
        uint64_t offset = heap()->cursor;
        if (offset >= heap()->frontier) {
            finish_lap();
            break;
        }
        if (!header_at(offset)->used && prepare_join(offset))
            break;
        heap()->cursor = offset + header_at(offset)->size;
    }
    tl_log_end(&heap()->log);
}

/* Whether joining may help; a look without the guard. */
static bool may_join(uint64_t size)
{
    uint64_t free = tl_log_peek(&heap()->frontier) - heap()->start -
                    tl_log_peek(&heap()->used);
    uint64_t rest =
        atomic_load(&tl_root()->backed) - tl_log_peek(&heap()->frontier);
    return free + rest >= size &&
           tl_log_peek(&heap()->joined) != tl_log_peek(&heap()->releases);
}

void tl_heap_repair(void)
{
    tl_log_repair(&heap()->log);
}

/* ---- taking and releasing ---- */

int tl_heap_take(uint64_t *owner, uint64_t size)
{
    bool fresh;
    return tl_heap_take_tell(owner, size, &fresh);
}

static bool take(uint64_t *owner, unsigned c, bool *fresh)
{
    uint64_t taken;
    tl_log_begin(&heap()->log);
    uint64_t offset = prepare(c, &taken, fresh);
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

/* Takes a block, and joins as long as none serves and joining may help.  When
 * the cursor has come to the frontier twice, a whole lap was made. */
static bool take_joining(uint64_t *owner, unsigned c, bool *fresh)
{
    bool took = take(owner, c, fresh);
    uint64_t end = tl_log_peek(&heap()->laps) + 2;
    while (!took && may_join(size_of(c)) && tl_log_peek(&heap()->laps) < end) {
        join_some();
        took = take(owner, c, fresh);
    }
    return took;
}

int tl_heap_take_tell(uint64_t *owner, uint64_t size, bool *fresh)
{
    if (size > heap()->end - heap()->start - HEADER)
        return TL_TOO_LARGE;
    unsigned c = class_for(size + HEADER);
    while (!take_joining(owner, c, fresh)) {
        /* the frontier may move meanwhile: then this is tried again */
        int status = tl_arena_extend(heap()->frontier + size_of(c));
        if (status < 0)
            return status;
    }
    return TL_OK;
}

void tl_heap_release(uint64_t *owner, uint64_t next)
{
    if (!*owner)
        return;
    tl_log_begin(&heap()->log);
    uint64_t offset = *owner - HEADER;
    struct header *header = header_at(offset);
    unsigned c = class_served(header->size);
    set(&header->used, 0);
    link_before(c, offset, heap()->free[c]);
    set(&heap()->used, heap()->used - header->size);
    set(&heap()->count, heap()->count - 1);
    set(owner, next);
    heap()->releases++;
    tl_log_end(&heap()->log);
}

uint64_t tl_heap_used(uint64_t *count)
{
    if (count)
        *count = heap()->count;
    return heap()->used;
}

bool tl_heap_check(void)
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
        uint64_t before = 0;
        for (uint64_t at = heap()->free[c]; at; at = header_at(at)->next) {
            if (header_at(at)->used || class_served(header_at(at)->size) != c ||
                (before && header_at(at)->previous != before))
                return false;
            listed += header_at(at)->size;
            before = at;
        }
    }
    return offset == heap()->frontier && free == listed &&
           heap()->used + free == heap()->frontier - heap()->start;
}

/* ---- of a file that may be damaged ---- */

struct tl_log *tl_heap_log(void)
{
    return &heap()->log;
}

uint64_t tl_heap_end(void)
{
    return heap()->frontier;
}

uint64_t tl_heap_size(uint64_t block)
{
    return header_at(block - HEADER)->size - HEADER;
}
