#include "data/ordered_queue_table.h"

bool tl_ordered_queue_before(const struct tl_ordered_queue *queue, uint32_t a,
                             uint32_t b)
{
    const struct tl_ordered_queue_entry *x =
                                            &tl_ordered_queue_entries(queue)[a],
                                        *y =
                                            &tl_ordered_queue_entries(queue)[b];
    if (queue->lifo)
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

void tl_ordered_queue_sift_up(const struct tl_ordered_queue *queue, uint64_t at)
{
    uint32_t *array = tl_ordered_queue_order(queue);
    for (; at > 0 &&
           tl_ordered_queue_before(queue, array[at], array[(at - 1) / 2]);
         at = (at - 1) / 2)
        swap(array, at, (at - 1) / 2);
}

void tl_ordered_queue_sift_down(const struct tl_ordered_queue *queue,
                                uint64_t at, uint64_t size)
{
    uint32_t *array = tl_ordered_queue_order(queue);
    for (;;) {
        uint64_t least = at, child = 2 * at + 1;
        for (uint64_t c = child; c < size && c < child + 2; c++)
            if (tl_ordered_queue_before(queue, array[c], array[least]))
                least = c;
        if (least == at)
            return;
        swap(array, at, least);
        at = least;
    }
}

uint64_t tl_ordered_queue_rebuild(struct tl_ordered_queue *queue)
{
    uint32_t *array = tl_ordered_queue_order(queue);
    uint64_t used = 0, capacity = tl_ordered_queue_capacity(queue),
             free = capacity;
    for (uint64_t i = 0; i < capacity; i++) {
        if (tl_ordered_queue_entries(queue)[i].block)
            array[used++] = (uint32_t)i;
        else
            array[--free] = (uint32_t)i;
    }
    for (uint64_t i = used; i-- > 0;)
        tl_ordered_queue_sift_down(queue, i, used);
    return used;
}
