/*
 * Ordered queue: put, get and close.
 *
 * A put packs its message with no guard held.  Under the guard it fills in a
 * free entry, lets the entry name the block, which is the commit, and sifts
 * the entry's index up the binary heap.  A get takes the entry at the root: it
 * becomes the owner of the block, clears its name in the entry, which is the
 * commit, and sifts the last index down from the root.
 *
 * Where the table is full, the task makes one of twice the capacity with the
 * guard free, and copies the entries into it under the guard.
 */
#include "data/ordered_queue_table.h"

#include <string.h>

#include "base/fault.h"
#include "public/status.h"
#include "store/block.h"
#include "store/message.h"
#include "store/repair_note.h"

#define CAPACITY_FIRST 32

void tl_ordered_queue_init(struct tl_ordered_queue *heap, const void *object,
                           bool lifo, uint32_t most)
{
    tl_guard_init(&heap->guard, TL_GUARD_OBJECT, object);
    tl_wait_queue_init(&heap->filled, object, TL_VERB_GET);
    tl_wait_queue_init(&heap->emptied, object, TL_VERB_PUT);
    heap->lifo = lifo;
    heap->most = most;
}

/* ---- growing ---- */

/* Makes an empty table, outside the guard; this task owns it. */
static int make_table(uint64_t capacity)
{
    uint64_t *hand = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    uint64_t size =
        capacity * (sizeof(struct tl_ordered_queue_entry) + sizeof(uint32_t));
    int status =
        tl_block_take(hand, sizeof(struct tl_ordered_queue_table) + size);
    if (status < 0)
        return status;
    struct tl_ordered_queue_table *table = tl_at(*hand);
    table->capacity = capacity;
    memset(table->entries, 0, size);
    return TL_OK;
}

/* The table that this task owns becomes the queue's, and the task owns the old
 * one instead. */
static void move_in(struct tl_ordered_queue *heap)
{
    uint64_t *hand = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    uint64_t old = heap->table;
    struct tl_ordered_queue_table *fresh = tl_at(*hand);
    if (old)
        memcpy(fresh->entries, tl_ordered_queue_entries(heap),
               tl_ordered_queue_capacity(heap) *
                   sizeof(struct tl_ordered_queue_entry));
    tl_repair_note_begin(TL_DOING_GROW, old, NULL, 0);
    heap->table = *hand; /* commit */
    tl_fault();
    *hand = old;
    tl_fault();
    tl_ordered_queue_rebuild(heap);
    tl_repair_note_end();
}

static void drop_owned(void)
{
    tl_block_release(&tl_self->owned_blocks[TL_OWNED_SEGMENT], 0);
}

/* ---- put ---- */

enum need { NEED_NOTHING, NEED_ROOM, NEED_TABLE, NEED_OPEN };

/* A put that has not yet come to its end. */
struct putting {
    double priority;
    tl_deadline deadline;
    struct tl_entrant entrant;
};

static void insert(struct tl_ordered_queue *heap, double priority)
{
    uint64_t size = tl_ordered_queue_count(heap);
    uint32_t at = tl_ordered_queue_order(heap)[size];
    struct tl_ordered_queue_entry *entry = &tl_ordered_queue_entries(heap)[at];
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    entry->priority = priority;
    entry->serial = heap->next_serial++;
    tl_repair_note_begin(TL_DOING_PUT, 0, NULL, 0);
    entry->block = *block; /* commit */
    tl_fault();
    *block = 0;
    tl_fault();
    tl_ordered_queue_sift_up(heap, size);
    tl_fault();
    atomic_fetch_add(&heap->puts, 1);
    tl_repair_note_end();
}

static bool larger_owned(const struct tl_ordered_queue *heap)
{
    uint64_t hand = tl_self->owned_blocks[TL_OWNED_SEGMENT];
    return hand && ((struct tl_ordered_queue_table *)tl_at(hand))->capacity >
                       tl_ordered_queue_capacity(heap);
}

static enum need try_put(struct tl_ordered_queue *heap, struct putting *put)
{
    uint64_t size = tl_ordered_queue_count(heap);
    if (atomic_load(&heap->puts) & TL_ORDERED_QUEUE_CLOSED)
        return NEED_OPEN;
    if (heap->most && size >= heap->most)
        return NEED_ROOM;
    if (!tl_turn_is_mine(&heap->put_turn, &put->entrant, put->deadline))
        return NEED_ROOM;
    if (larger_owned(heap))
        move_in(heap);
    if (size == tl_ordered_queue_capacity(heap))
        return NEED_TABLE;
    insert(heap, put->priority);
    return NEED_NOTHING;
}

static bool has_room(const struct tl_ordered_queue *heap, uint64_t gets,
                     uint64_t puts)
{
    return !heap->most || puts - (gets & ~TL_ORDERED_QUEUE_CLOSED) < heap->most;
}

static int wait_for_room(struct tl_ordered_queue *heap, struct putting *put)
{
    uint64_t gets = atomic_load(&heap->gets);
    uint64_t puts = atomic_load(&heap->puts);
    if ((puts & TL_ORDERED_QUEUE_CLOSED) ||
        (has_room(heap, gets, puts) &&
         tl_turn_is_mine(&heap->put_turn, &put->entrant, put->deadline)))
        return TL_OK;
    return tl_turn_wait(&heap->put_turn, &put->entrant, &heap->emptied,
                        &heap->gets, gets, 0, put->deadline);
}

/* Calls a writer if there is room: one may have left it to this task, or this
 * task may have been called for it and not have used it. */
static void wake_next_put(struct tl_ordered_queue *heap)
{
    uint64_t gets = atomic_load(&heap->gets);
    if (has_room(heap, gets, tl_ordered_queue_number(&heap->puts)))
        tl_wake(&heap->emptied, 1);
}

static void wake_next_get(struct tl_ordered_queue *heap)
{
    if (tl_ordered_queue_size(heap) > 0)
        tl_wake(&heap->filled, 1);
}

static int put_packed(struct tl_ordered_queue *heap, struct putting *put)
{
    for (;;) {
        int status = tl_guard_take(&heap->guard, put->deadline);
        if (status < 0)
            return status;
        enum need need = try_put(heap, put);
        uint64_t larger = 2 * tl_ordered_queue_capacity(heap);
        tl_guard_drop(&heap->guard);
        switch (need) {
        case NEED_NOTHING:
            tl_wake(&heap->filled, 1);
            return TL_OK;
        case NEED_OPEN:
            return TL_CLOSED;
        case NEED_TABLE:
            drop_owned();
            status = make_table(larger ? larger : CAPACITY_FIRST);
            break;
        case NEED_ROOM:
            status = wait_for_room(heap, put);
        }
        if (status < 0)
            return status;
    }
}

int tl_ordered_queue_put(struct tl_ordered_queue *heap,
                         const struct tl_message *m, double priority,
                         tl_deadline deadline)
{
    struct putting put = {.priority = priority, .deadline = deadline};
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    int status = tl_message_pack(block, m);
    if (status == TL_OK)
        status = put_packed(heap, &put);
    if (status < 0)
        tl_turn_leave(&heap->put_turn, &put.entrant);
    if (status < 0 || tl_turn_taken(&heap->put_turn, &put.entrant))
        wake_next_put(heap);
    tl_message_drop(block);
    drop_owned();
    return status;
}

/* ---- get ---- */

static void take_first(struct tl_ordered_queue *heap, struct tl_cell *cell)
{
    uint32_t *array = tl_ordered_queue_order(heap);
    uint64_t last = tl_ordered_queue_count(heap) - 1;
    struct tl_ordered_queue_entry *entry =
        &tl_ordered_queue_entries(heap)[array[0]];
    tl_repair_note_begin(TL_DOING_GET, entry->block, cell, 1);
    tl_self->owned_blocks[TL_OWNED_MESSAGE] = entry->block;
    tl_fault();
    entry->block = 0; /* commit */
    tl_fault();
    uint32_t freed = array[0];
    array[0] = array[last];
    array[last] = freed;
    tl_ordered_queue_sift_down(heap, 0, last);
    tl_fault();
    atomic_fetch_add(&heap->gets, 1);
    tl_fault();
    tl_repair_note_pay();
    tl_repair_note_end();
}

int tl_ordered_queue_ready(struct tl_ordered_queue *heap,
                           struct tl_watch *watch)
{
    uint64_t puts = atomic_load(&heap->puts);
    *watch = (struct tl_watch){
        .condition = &heap->filled, .word = &heap->puts, .seen = puts};
    return (puts & TL_ORDERED_QUEUE_CLOSED) ||
           (puts & ~TL_ORDERED_QUEUE_CLOSED) !=
               tl_ordered_queue_number(&heap->gets);
}

static int wait_for_message(struct tl_ordered_queue *heap,
                            struct tl_entrant *entrant, tl_deadline deadline)
{
    uint64_t puts = atomic_load(&heap->puts);
    if ((puts & ~TL_ORDERED_QUEUE_CLOSED) !=
        tl_ordered_queue_number(&heap->gets)) {
        if (tl_turn_is_mine(&heap->get_turn, entrant, deadline))
            return TL_OK;
    } else if (puts & TL_ORDERED_QUEUE_CLOSED) {
        return TL_CLOSED;
    }
    return tl_turn_wait(&heap->get_turn, entrant, &heap->filled, &heap->puts,
                        puts, 0, deadline);
}

/* Under the guard. */
static bool try_get(struct tl_ordered_queue *heap, struct tl_cell *cell,
                    struct tl_entrant *entrant, tl_deadline deadline)
{
    if (tl_ordered_queue_count(heap) == 0 ||
        !tl_turn_is_mine(&heap->get_turn, entrant, deadline))
        return false;
    take_first(heap, cell);
    return true;
}

int tl_ordered_queue_get(struct tl_ordered_queue *heap,
                         struct tl_parcel *parcel, struct tl_cell *cell,
                         tl_deadline deadline)
{
    tl_message_drop(&tl_self->owned_blocks[TL_OWNED_MESSAGE]);
    struct tl_entrant entrant = {0};
    for (;;) {
        int status = tl_guard_take(&heap->guard, deadline);
        if (status == TL_OK) {
            bool got = try_get(heap, cell, &entrant, deadline);
            tl_guard_drop(&heap->guard);
            if (got)
                break;
            status = wait_for_message(heap, &entrant, deadline);
        }
        if (status < 0) {
            tl_turn_leave(&heap->get_turn, &entrant);
            wake_next_get(heap);
            return status;
        }
    }
    if (tl_turn_taken(&heap->get_turn, &entrant))
        wake_next_get(heap);
    tl_wake(&heap->emptied, 1);
    uint64_t block = tl_self->owned_blocks[TL_OWNED_MESSAGE];
    tl_message_show(block, parcel);
    parcel->block = block;
    return TL_OK;
}

/* ---- both ---- */

/* Marks `gets` first, then `puts`.  Whoever finds only `gets` marked knows that
 * a closer has died between the two, and finishes (tl_ordered_queue_settle). */
void tl_ordered_queue_close(struct tl_ordered_queue *heap)
{
    tl_guard_take(&heap->guard, TL_FOREVER);
    atomic_fetch_or(&heap->gets, TL_ORDERED_QUEUE_CLOSED); /* commit */
    tl_fault();
    atomic_fetch_or(&heap->puts, TL_ORDERED_QUEUE_CLOSED);
    tl_fault();
    tl_guard_drop(&heap->guard);
    tl_wake(&heap->filled, TL_WAKE_ALL);
    tl_wake(&heap->emptied, TL_WAKE_ALL);
}

void tl_ordered_queue_settle(struct tl_ordered_queue *heap)
{
    tl_turn_forget(&heap->get_turn);
    tl_turn_forget(&heap->put_turn);
    if (tl_ordered_queue_closed(heap) &&
        !(atomic_load(&heap->puts) & TL_ORDERED_QUEUE_CLOSED))
        tl_ordered_queue_close(heap);
}

bool tl_ordered_queue_closed(const struct tl_ordered_queue *heap)
{
    return atomic_load(&heap->gets) & TL_ORDERED_QUEUE_CLOSED;
}

uint32_t tl_ordered_queue_size(const struct tl_ordered_queue *heap)
{
    for (;;) {
        uint64_t gets = tl_ordered_queue_number(&heap->gets),
                 puts = tl_ordered_queue_number(&heap->puts);
        if (tl_ordered_queue_number(&heap->gets) == gets)
            return (uint32_t)(puts - gets);
    }
}
