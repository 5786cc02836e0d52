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
#include "store/heap.h"
#include "store/message.h"
#include "store/repair_note.h"
#include "trace/recording.h"

#define CAPACITY_FIRST 32

void tl_ordered_queue_init(struct tl_ordered_queue *queue, const void *object,
                           bool lifo, uint32_t most)
{
    tl_guard_init(&queue->guard, TL_GUARD_OBJECT, object);
    tl_wait_queue_init(&queue->filled, object, TL_VERB_GET);
    tl_wait_queue_init(&queue->emptied, object, TL_VERB_PUT);
    queue->lifo = lifo;
    queue->most = most;
}

/* ---- growing ---- */

/* Makes an empty table, outside the guard; this task owns it. */
static int make_table(uint64_t capacity)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    uint64_t size =
        capacity * (sizeof(struct tl_ordered_queue_entry) + sizeof(uint32_t));
    int status =
        tl_heap_take(owned, sizeof(struct tl_ordered_queue_table) + size);
    if (status < 0)
        return status;
    struct tl_ordered_queue_table *table = tl_at(*owned);
    table->capacity = capacity;
    memset(table->entries, 0, size);
    return TL_OK;
}

/* The table that this task owns becomes the queue's, and the task owns the old
 * one instead. */
static void move_in(struct tl_ordered_queue *queue)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    uint64_t old = queue->table;
    struct tl_ordered_queue_table *fresh = tl_at(*owned);
    if (old)
        memcpy(fresh->entries, tl_ordered_queue_entries(queue),
               tl_ordered_queue_capacity(queue) *
                   sizeof(struct tl_ordered_queue_entry));
    tl_repair_note_begin(TL_DOING_GROW, old, NULL, 0);
    queue->table = *owned; /* commit */
    tl_fault();
    *owned = old;
    tl_fault();
    tl_ordered_queue_rebuild(queue);
    tl_repair_note_end();
}

static void drop_owned(void)
{
    tl_heap_release(&tl_self->owned_blocks[TL_OWNED_SEGMENT], 0);
}

/* ---- put ---- */

enum need { NEED_NOTHING, NEED_ROOM, NEED_TABLE, NEED_OPEN };

/* A put that has not yet come to its end. */
struct putting {
    double priority;
    tl_deadline deadline;
    struct tl_entrant entrant;
};

static void insert(struct tl_ordered_queue *queue, double priority)
{
    uint64_t size = tl_ordered_queue_count(queue);
    uint32_t at = tl_ordered_queue_order(queue)[size];
    struct tl_ordered_queue_entry *entry = &tl_ordered_queue_entries(queue)[at];
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    entry->priority = priority;
    entry->serial = queue->next_serial++;
    tl_recording_message(entry->serial + 1);
    tl_repair_note_begin(TL_DOING_PUT, 0, NULL, 0);
    entry->block = *block; /* commit */
    tl_fault();
    *block = 0;
    tl_fault();
    tl_ordered_queue_sift_up(queue, size);
    tl_fault();
    atomic_fetch_add(&queue->puts, 1);
    tl_repair_note_end();
}

static bool larger_owned(const struct tl_ordered_queue *queue)
{
    uint64_t owned = tl_self->owned_blocks[TL_OWNED_SEGMENT];
    return owned && ((struct tl_ordered_queue_table *)tl_at(owned))->capacity >
                        tl_ordered_queue_capacity(queue);
}

static enum need try_put(struct tl_ordered_queue *queue, struct putting *put)
{
    uint64_t size = tl_ordered_queue_count(queue);
    if (atomic_load(&queue->puts) & TL_ORDERED_QUEUE_CLOSED)
        return NEED_OPEN;
    if (queue->most && size >= queue->most)
        return NEED_ROOM;
    if (!tl_turn_is_mine(&queue->put_turn, &put->entrant, put->deadline))
        return NEED_ROOM;
    if (larger_owned(queue))
        move_in(queue);
    if (size == tl_ordered_queue_capacity(queue))
        return NEED_TABLE;
    insert(queue, put->priority);
    return NEED_NOTHING;
}

static bool has_room(const struct tl_ordered_queue *queue, uint64_t gets,
                     uint64_t puts)
{
    return !queue->most ||
           puts - (gets & ~TL_ORDERED_QUEUE_CLOSED) < queue->most;
}

static int wait_for_room(struct tl_ordered_queue *queue, struct putting *put)
{
    uint64_t gets = atomic_load(&queue->gets);
    uint64_t puts = atomic_load(&queue->puts);
    if ((puts & TL_ORDERED_QUEUE_CLOSED) ||
        (has_room(queue, gets, puts) &&
         tl_turn_is_mine(&queue->put_turn, &put->entrant, put->deadline)))
        return TL_OK;
    return tl_turn_wait(&queue->put_turn, &put->entrant, &queue->emptied,
                        &queue->gets, gets, 0, put->deadline);
}

/* Calls a writer if there is room: one may have left it to this task, or this
 * task may have been called for it and not have used it. */
static void wake_next_put(struct tl_ordered_queue *queue)
{
    uint64_t gets = atomic_load(&queue->gets);
    if (has_room(queue, gets, tl_ordered_queue_number(&queue->puts)))
        tl_wake(&queue->emptied, 1);
}

static void wake_next_get(struct tl_ordered_queue *queue)
{
    if (tl_ordered_queue_size(queue) > 0)
        tl_wake(&queue->filled, 1);
}

static int put_packed(struct tl_ordered_queue *queue, struct putting *put)
{
    for (;;) {
        int status = tl_guard_take(&queue->guard, put->deadline);
        if (status < 0)
            return status;
        enum need need = try_put(queue, put);
        uint64_t larger = 2 * tl_ordered_queue_capacity(queue);
        tl_guard_drop(&queue->guard);
        switch (need) {
        case NEED_NOTHING:
            tl_wake(&queue->filled, 1);
            return TL_OK;
        case NEED_OPEN:
            return TL_CLOSED;
        case NEED_TABLE:
            drop_owned();
            status = make_table(larger ? larger : CAPACITY_FIRST);
            break;
        case NEED_ROOM:
            status = wait_for_room(queue, put);
        }
        if (status < 0)
            return status;
    }
}

int tl_ordered_queue_put(struct tl_ordered_queue *queue,
                         const struct tl_message *m, double priority,
                         tl_deadline deadline)
{
    struct putting put = {.priority = priority, .deadline = deadline};
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    int status = tl_message_pack(block, m);
    if (status == TL_OK)
        status = put_packed(queue, &put);
    if (status < 0)
        tl_turn_leave(&queue->put_turn, &put.entrant);
    if (status < 0 || tl_turn_taken(&queue->put_turn, &put.entrant))
        wake_next_put(queue);
    tl_message_drop(block);
    drop_owned();
    return status;
}

/* ---- get ---- */

static void take_first(struct tl_ordered_queue *queue, struct tl_cell *cell)
{
    uint32_t *array = tl_ordered_queue_order(queue);
    uint64_t last = tl_ordered_queue_count(queue) - 1;
    struct tl_ordered_queue_entry *entry =
        &tl_ordered_queue_entries(queue)[array[0]];
    tl_recording_message(entry->serial + 1);
    tl_repair_note_begin(TL_DOING_GET, entry->block, cell, 1);
    tl_self->owned_blocks[TL_OWNED_MESSAGE] = entry->block;
    tl_fault();
    entry->block = 0; /* commit */
    tl_fault();
    uint32_t freed = array[0];
    array[0] = array[last];
    array[last] = freed;
    tl_ordered_queue_sift_down(queue, 0, last);
    tl_fault();
    atomic_fetch_add(&queue->gets, 1);
    tl_fault();
    tl_repair_note_pay();
    tl_repair_note_end();
}

int tl_ordered_queue_ready(struct tl_ordered_queue *queue,
                           struct tl_watch *watch)
{
    uint64_t puts = atomic_load(&queue->puts);
    *watch = (struct tl_watch){
        .condition = &queue->filled, .word = &queue->puts, .seen = puts};
    return (puts & TL_ORDERED_QUEUE_CLOSED) ||
           (puts & ~TL_ORDERED_QUEUE_CLOSED) !=
               tl_ordered_queue_number(&queue->gets);
}

static int wait_for_message(struct tl_ordered_queue *queue,
                            struct tl_entrant *entrant, tl_deadline deadline)
{
    uint64_t puts = atomic_load(&queue->puts);
    if ((puts & ~TL_ORDERED_QUEUE_CLOSED) !=
        tl_ordered_queue_number(&queue->gets)) {
        if (tl_turn_is_mine(&queue->get_turn, entrant, deadline))
            return TL_OK;
    } else if (puts & TL_ORDERED_QUEUE_CLOSED) {
        return TL_CLOSED;
    }
    return tl_turn_wait(&queue->get_turn, entrant, &queue->filled, &queue->puts,
                        puts, 0, deadline);
}

/* Under the guard. */
static bool try_get(struct tl_ordered_queue *queue, struct tl_cell *cell,
                    struct tl_entrant *entrant, tl_deadline deadline)
{
    if (tl_ordered_queue_count(queue) == 0 ||
        !tl_turn_is_mine(&queue->get_turn, entrant, deadline))
        return false;
    take_first(queue, cell);
    return true;
}

int tl_ordered_queue_get(struct tl_ordered_queue *queue,
                         struct tl_parcel *parcel, struct tl_cell *cell,
                         tl_deadline deadline)
{
    tl_message_drop(&tl_self->owned_blocks[TL_OWNED_MESSAGE]);
    struct tl_entrant entrant = {0};
    for (;;) {
        int status = tl_guard_take(&queue->guard, deadline);
        if (status == TL_OK) {
            bool got = try_get(queue, cell, &entrant, deadline);
            tl_guard_drop(&queue->guard);
            if (got)
                break;
            status = wait_for_message(queue, &entrant, deadline);
        }
        if (status < 0) {
            tl_turn_leave(&queue->get_turn, &entrant);
            wake_next_get(queue);
            return status;
        }
    }
    if (tl_turn_taken(&queue->get_turn, &entrant))
        wake_next_get(queue);
    tl_wake(&queue->emptied, 1);
    uint64_t block = tl_self->owned_blocks[TL_OWNED_MESSAGE];
    tl_message_show(block, parcel);
    parcel->block = block;
    return TL_OK;
}

/* ---- both ---- */

/* Marks `gets` first, then `puts`.  Whoever finds only `gets` marked knows that
 * a closer has died between the two, and finishes (tl_ordered_queue_settle). */
void tl_ordered_queue_close(struct tl_ordered_queue *queue)
{
    tl_guard_take(&queue->guard, TL_FOREVER);
    atomic_fetch_or(&queue->gets, TL_ORDERED_QUEUE_CLOSED); /* commit */
    tl_fault();
    atomic_fetch_or(&queue->puts, TL_ORDERED_QUEUE_CLOSED);
    tl_fault();
    tl_guard_drop(&queue->guard);
    tl_wake(&queue->filled, TL_WAKE_ALL);
    tl_wake(&queue->emptied, TL_WAKE_ALL);
}

void tl_ordered_queue_settle(struct tl_ordered_queue *queue)
{
    tl_turn_forget(&queue->get_turn);
    tl_turn_forget(&queue->put_turn);
    if (tl_ordered_queue_closed(queue) &&
        !(atomic_load(&queue->puts) & TL_ORDERED_QUEUE_CLOSED))
        tl_ordered_queue_close(queue);
}

bool tl_ordered_queue_closed(const struct tl_ordered_queue *queue)
{
    return atomic_load(&queue->gets) & TL_ORDERED_QUEUE_CLOSED;
}

uint32_t tl_ordered_queue_size(const struct tl_ordered_queue *queue)
{
    for (;;) {
        uint64_t gets = tl_ordered_queue_number(&queue->gets),
                 puts = tl_ordered_queue_number(&queue->puts);
        if (tl_ordered_queue_number(&queue->gets) == gets)
            return (uint32_t)(puts - gets);
    }
}
