/*
 * Ordered queue, debts: what was got and is not done yet, and to whom that is
 * owed when the task that got it dies.
 */
#include "base/fault.h"
#include "data/ordered_queue_table.h"
#include "public/status.h"
#include "store/heap.h"
#include "store/message.h"
#include "store/repair_note.h"

uint32_t tl_ordered_queue_unfinished(const struct tl_ordered_queue *queue,
                                     uint64_t done)
{
    return (uint32_t)(tl_ordered_queue_number(&queue->puts) - done);
}

static void count_done(struct tl_ordered_queue *queue, struct tl_cell *cell,
                       uint64_t items, int64_t change)
{
    uint64_t done = atomic_load(&queue->done);
    tl_repair_note_begin(TL_DOING_DONE, done, cell, change);
    atomic_store(&queue->done, done + items); /* commit */
    tl_fault();
    tl_repair_note_pay();
    tl_repair_note_end();
}

int tl_ordered_queue_done(struct tl_ordered_queue *queue, struct tl_cell *cell)
{
    tl_guard_take(&queue->guard, TL_FOREVER);
    bool any =
        tl_ordered_queue_unfinished(queue, atomic_load(&queue->done)) > 0;
    if (any)
        count_done(queue, cell, 1, cell->debt ? -1 : 0);
    tl_guard_drop(&queue->guard);
    return any ? TL_OK : TL_TOO_MANY_DONE;
}

bool tl_ordered_queue_abandon(struct tl_ordered_queue *queue,
                              struct tl_cell *cell)
{
    tl_guard_take(&queue->guard, TL_FOREVER);
    uint64_t out =
        tl_ordered_queue_unfinished(queue, atomic_load(&queue->done)) -
        tl_ordered_queue_count(queue);
    uint64_t lost = cell->debt < out ? cell->debt : out;
    count_done(queue, cell, lost, -(int64_t)cell->debt);
    tl_guard_drop(&queue->guard);
    return lost > 0;
}

static bool names(const struct tl_ordered_queue *queue, uint64_t block)
{
    for (uint64_t i = 0; i < tl_ordered_queue_capacity(queue); i++)
        if (block && tl_ordered_queue_entries(queue)[i].block == block)
            return true;
    return false;
}

static void recount(_Atomic uint64_t *word, uint64_t value)
{
    atomic_store(word, (atomic_load(word) & TL_ORDERED_QUEUE_CLOSED) | value);
}

static void repair_get(struct tl_ordered_queue *queue, struct tl_task *dead,
                       uint64_t used)
{
    if (names(queue, dead->note.before)) {
        dead->owned_blocks[TL_OWNED_MESSAGE] = 0;
        return;
    }
    recount(&queue->gets, tl_ordered_queue_number(&queue->puts) - used);
    tl_repair_note_pay_for(dead);
}

void tl_ordered_queue_repair(struct tl_ordered_queue *queue,
                             struct tl_task *dead)
{
    uint64_t *owned = &dead->owned_blocks[TL_OWNED_SEGMENT];
    if (dead->note.doing == TL_DOING_GROW && *owned == queue->table)
        *owned = dead->note.before;
    uint64_t used = queue->table ? tl_ordered_queue_rebuild(queue) : 0;
    switch (dead->note.doing) {
    case TL_DOING_PUT:
        if (names(queue, dead->owned_blocks[TL_OWNED_MESSAGE]))
            dead->owned_blocks[TL_OWNED_MESSAGE] = 0;
        recount(&queue->puts, tl_ordered_queue_number(&queue->gets) + used);
        break;
    case TL_DOING_GET:
        repair_get(queue, dead, used);
        break;
    case TL_DOING_DONE:
        if (atomic_load(&queue->done) != dead->note.before)
            tl_repair_note_pay_for(dead);
        break;
    default:
        break;
    }
}

bool tl_ordered_queue_check(const struct tl_ordered_queue *queue)
{
    uint64_t used = 0, size = tl_ordered_queue_count(queue),
             capacity = tl_ordered_queue_capacity(queue);
    for (uint64_t i = 0; i < capacity; i++)
        used += tl_ordered_queue_entries(queue)[i].block != 0;
    for (uint64_t i = 1; i < size; i++)
        if (tl_ordered_queue_before(queue, tl_ordered_queue_order(queue)[i],
                                    tl_ordered_queue_order(queue)[(i - 1) / 2]))
            return false;
    return used == size && size <= capacity;
}

void tl_ordered_queue_destroy(struct tl_ordered_queue *queue)
{
    for (uint64_t i = 0; i < tl_ordered_queue_capacity(queue); i++)
        tl_message_drop(&tl_ordered_queue_entries(queue)[i].block);
    tl_heap_release(&queue->table, 0);
}
