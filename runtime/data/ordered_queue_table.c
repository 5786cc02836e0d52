#include "data/ordered_queue_table.h"

bool tl_heap_before(const struct tl_heap *heap, uint32_t a, uint32_t b)
{
    const struct tl_heap_entry *x = &tl_heap_entries(heap)[a],
                               *y = &tl_heap_entries(heap)[b];
    if (heap->lifo)
        return x->serial > y->serial;
    if (x->priority != y->priority)
        return x->priority < y->priority;
    return x->serial < y->serial;
}

static void swap(uint32_t *array, uint64_t a, uint64_t b)
{
    uint32_t kept = array[a];
    array[a] = array[b];
    array[b] = kept;
}

void tl_heap_sift_up(const struct tl_heap *heap, uint64_t at)
{
    uint32_t *array = tl_heap_order(heap);
    for (; at > 0 && tl_heap_before(heap, array[at], array[(at - 1) / 2]);
         at = (at - 1) / 2)
        swap(array, at, (at - 1) / 2);
}

void tl_heap_sift_down(const struct tl_heap *heap, uint64_t at, uint64_t size)
{
    uint32_t *array = tl_heap_order(heap);
    for (;;) {
        uint64_t least = at, child = 2 * at + 1;
        for (uint64_t c = child; c < size && c < child + 2; c++)
            if (tl_heap_before(heap, array[c], array[least]))
                least = c;
        if (least == at)
            return;
        swap(array, at, least);
        at = least;
    }
}

uint64_t tl_heap_rebuild(struct tl_heap *heap)
{
    uint32_t *array = tl_heap_order(heap);
    uint64_t used = 0, capacity = tl_heap_capacity(heap), free = capacity;
    for (uint64_t i = 0; i < capacity; i++) {
        if (tl_heap_entries(heap)[i].block)
            array[used++] = (uint32_t)i;
        else
            array[--free] = (uint32_t)i;
    }
    for (uint64_t i = used; i-- > 0;)
        tl_heap_sift_down(heap, i, used);
    return used;
}
