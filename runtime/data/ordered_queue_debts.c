#include "base/fault.h"
#include "data/ordered_queue_table.h"
#include "public/status.h"
#include "store/block.h"
#include "store/message.h"
#include "store/repair_note.h"

uint32_t tl_ordered_queue_unfinished(const struct tl_ordered_queue *heap,
                                     uint64_t done)
{
    return (uint32_t)(tl_ordered_queue_number(&heap->puts) - done);
}

static void count_done(struct tl_ordered_queue *heap, struct tl_cell *cell,
                       uint64_t items, int64_t change)
{
    uint64_t done = atomic_load(&heap->done);
    tl_repair_note_begin(TL_DOING_DONE, done, cell, change);
    atomic_store(&heap->done, done + items); /* commit */
    tl_fault();
    tl_repair_note_pay();
    tl_repair_note_end();
}

int tl_ordered_queue_done(struct tl_ordered_queue *heap, struct tl_cell *cell)
{
    tl_guard_take(&heap->guard, TL_FOREVER);
    bool any = tl_ordered_queue_unfinished(heap, atomic_load(&heap->done)) > 0;
    if (any)
        count_done(heap, cell, 1, cell->debt ? -1 : 0);
    tl_guard_drop(&heap->guard);
    return any ? TL_OK : TL_TOO_MANY_DONE;
}

bool tl_ordered_queue_abandon(struct tl_ordered_queue *heap,
                              struct tl_cell *cell)
{
    tl_guard_take(&heap->guard, TL_FOREVER);
    uint64_t out = tl_ordered_queue_unfinished(heap, atomic_load(&heap->done)) -
                   tl_ordered_queue_count(heap);
    uint64_t lost = cell->debt < out ? cell->debt : out;
    count_done(heap, cell, lost, -(int64_t)cell->debt);
    tl_guard_drop(&heap->guard);
    return lost > 0;
}

static bool names(const struct tl_ordered_queue *heap, uint64_t block)
{
    for (uint64_t i = 0; i < tl_ordered_queue_capacity(heap); i++)
        if (block && tl_ordered_queue_entries(heap)[i].block == block)
            return true;
    return false;
}

static void recount(_Atomic uint64_t *word, uint64_t value)
{
    atomic_store(word, (atomic_load(word) & TL_ORDERED_QUEUE_CLOSED) | value);
}

static void repair_get(struct tl_ordered_queue *heap, struct tl_task *dead,
                       uint64_t used)
{
    if (names(heap, dead->note.before)) {
        dead->owned_blocks[TL_OWNED_MESSAGE] = 0;
        return;
    }
    recount(&heap->gets, tl_ordered_queue_number(&heap->puts) - used);
    tl_repair_note_pay_for(dead);
}

void tl_ordered_queue_repair(struct tl_ordered_queue *heap,
                             struct tl_task *dead)
{
    uint64_t *hand = &dead->owned_blocks[TL_OWNED_SEGMENT];
    if (dead->note.doing == TL_DOING_GROW && *hand == heap->table)
        *hand = dead->note.before;
    uint64_t used = heap->table ? tl_ordered_queue_rebuild(heap) : 0;
    switch (dead->note.doing) {
    case TL_DOING_PUT:
        if (names(heap, dead->owned_blocks[TL_OWNED_MESSAGE]))
            dead->owned_blocks[TL_OWNED_MESSAGE] = 0;
        recount(&heap->puts, tl_ordered_queue_number(&heap->gets) + used);
        break;
    case TL_DOING_GET:
        repair_get(heap, dead, used);
        break;
    case TL_DOING_DONE:
        if (atomic_load(&heap->done) != dead->note.before)
            tl_repair_note_pay_for(dead);
        break;
    default:
        break;
    }
}

bool tl_ordered_queue_check(const struct tl_ordered_queue *heap)
{
    uint64_t used = 0, size = tl_ordered_queue_count(heap),
             capacity = tl_ordered_queue_capacity(heap);
    for (uint64_t i = 0; i < capacity; i++)
        used += tl_ordered_queue_entries(heap)[i].block != 0;
    for (uint64_t i = 1; i < size; i++)
        if (tl_ordered_queue_before(heap, tl_ordered_queue_order(heap)[i],
                                    tl_ordered_queue_order(heap)[(i - 1) / 2]))
            return false;
    return used == size && size <= capacity;
}

void tl_ordered_queue_destroy(struct tl_ordered_queue *heap)
{
    for (uint64_t i = 0; i < tl_ordered_queue_capacity(heap); i++)
        tl_message_drop(&tl_ordered_queue_entries(heap)[i].block);
    tl_block_release(&heap->table, 0);
}
