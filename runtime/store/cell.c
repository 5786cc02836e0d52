#include "store/cell.h"

#include <string.h>

#include "public/status.h"
#include "store/heap.h"
#include "store/bundle.h"

/* A group of a bundle lies in one chunk. */
_Static_assert(TL_BUNDLE_CELLS % TL_CELLS_FIRST == 0 &&
                   (TL_BUNDLE_CELLS & (TL_BUNDLE_CELLS - 1)) == 0 &&
                   (TL_CELLS_FIRST & (TL_CELLS_FIRST - 1)) == 0,
               "chunks begin where groups begin");

/* Chunk k holds TL_CELLS_FIRST << k cells and begins at index
 * TL_CELLS_FIRST * (2^k - 1) past those in the slot. */
static unsigned chunk_of(uint32_t index, uint32_t *within)
{
    uint32_t beyond = index - TL_CELLS_FIRST;
    unsigned k = 31 - (unsigned)__builtin_clz(beyond / TL_CELLS_FIRST + 1);
    *within = beyond - TL_CELLS_FIRST * ((1u << k) - 1);
    return k;
}

struct tl_cell *tl_cell_at(struct tl_task *task, uint32_t index)
{
    if (__builtin_expect(index < TL_CELLS_FIRST, 1))
        return &task->first_cells[index];
    uint32_t within;
    unsigned k = chunk_of(index, &within);
    return (struct tl_cell *)tl_at(task->chunks[k]) + within;
}

int tl_cells_extend(struct tl_task *task, uint32_t index, uint32_t count)
{
    if (index >= TL_CELLS_FIRST) {
        uint32_t within;
        unsigned k = chunk_of(index, &within);
        if (k >= TL_CELL_CHUNKS)
            return TL_NO_MEMORY;
        uint64_t size = (TL_CELLS_FIRST << k) * sizeof(struct tl_cell);
        int status =
            task->chunks[k] ? TL_OK : tl_heap_take(&task->chunks[k], size);
        if (status < 0)
            return status;
    }
    memset(tl_cell_at(task, index), 0, count * sizeof(struct tl_cell));
    /* release: who settles this task's debts finds the cells empty */
    atomic_store_explicit(&task->cells, index + count, memory_order_release);
    return TL_OK;
}

int64_t tl_cells_add(struct tl_task *task, uint32_t from)
{
    uint32_t count = atomic_load_explicit(&task->cells, memory_order_relaxed);
    for (uint32_t i = from; i < count; i++)
        if (tl_cell_at(task, i)->ref == 0 && !tl_bundle_is_at(i))
            return i;
    int status = TL_OK;
    if (tl_bundle_is_at(count))
        status = tl_cells_extend(task, count++, 1);
    if (status == TL_OK)
        status = tl_cells_extend(task, count, 1);
    return status < 0 ? status : (int64_t)count;
}
