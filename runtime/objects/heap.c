#include "heap.h"

#include <string.h>

#include "insight/fault.h"
#include "note.h"
#include "status.h"
#include "store/block.h"
#include "store/message.h"

#define CAPACITY_FIRST 32

struct entry {
    uint64_t block; /* 0: free.  commit */
    uint64_t serial;
    double priority;
};

struct table {
    uint64_t capacity;
    struct entry entries[]; /* then uint32_t order[capacity] */
};

static struct table *table_of(const struct tl_heap *heap)
{
    return tl_at(heap->table);
}

static uint64_t capacity_of(const struct tl_heap *heap)
{
    return heap->table ? table_of(heap)->capacity : 0;
}

static struct entry *entries(const struct tl_heap *heap)
{
    return table_of(heap)->entries;
}

static uint32_t *order(const struct tl_heap *heap)
{
    struct table *table = table_of(heap);
    return (uint32_t *)(void *)(table->entries + table->capacity);
}

static uint64_t number(const _Atomic uint64_t *word)
{
    return atomic_load(word) & ~TL_HEAP_CLOSED;
}

static uint64_t size_of(const struct tl_heap *heap)
{
    return number(&heap->puts) - number(&heap->gets);
}

void tl_heap_init(struct tl_heap *heap, const void *object, bool lifo,
                  uint32_t most)
{
    tl_guard_init(&heap->guard, TL_GUARD_OBJECT, object);
    tl_condition_init(&heap->filled, object, TL_VERB_GET);
    tl_condition_init(&heap->emptied, object, TL_VERB_PUT);
    heap->lifo = lifo;
    heap->most = most;
}

/* ---- the binary heap of indices ---- */

static bool before(const struct tl_heap *heap, uint32_t a, uint32_t b)
{
    const struct entry *x = &entries(heap)[a], *y = &entries(heap)[b];
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

static void sift_up(const struct tl_heap *heap, uint64_t at)
{
    uint32_t *array = order(heap);
    for (; at > 0 && before(heap, array[at], array[(at - 1) / 2]);
         at = (at - 1) / 2)
        swap(array, at, (at - 1) / 2);
}

static void sift_down(const struct tl_heap *heap, uint64_t at, uint64_t size)
{
    uint32_t *array = order(heap);
    for (;;) {
        uint64_t least = at, child = 2 * at + 1;
        for (uint64_t c = child; c < size && c < child + 2; c++)
            if (before(heap, array[c], array[least]))
                least = c;
        if (least == at)
            return;
        swap(array, at, least);
        at = least;
    }
}

/* Derives `order` from the entries; returns how many are used. */
static uint64_t rebuild(struct tl_heap *heap)
{
    uint32_t *array = order(heap);
    uint64_t used = 0, capacity = capacity_of(heap), free = capacity;
    for (uint64_t i = 0; i < capacity; i++) {
        if (entries(heap)[i].block)
            array[used++] = (uint32_t)i;
        else
            array[--free] = (uint32_t)i;
    }
    for (uint64_t i = used; i-- > 0;)
        sift_down(heap, i, used);
    return used;
}

/* ---- growing ---- */

/* An empty table, made outside the guard, in this task's hand. */
static int make_table(uint64_t capacity)
{
    uint64_t *hand = &tl_self->carrying[TL_HAND_SEGMENT];
    uint64_t size = capacity * (sizeof(struct entry) + sizeof(uint32_t));
    int status = tl_block_take(hand, sizeof(struct table) + size);
    if (status < 0)
        return status;
    struct table *table = tl_at(*hand);
    table->capacity = capacity;
    memset(table->entries, 0, size);
    return TL_OK;
}

/* The table in hand becomes the heap's, and the old one is in hand. */
static void move_in(struct tl_heap *heap)
{
    uint64_t *hand = &tl_self->carrying[TL_HAND_SEGMENT];
    uint64_t old = heap->table;
    struct table *fresh = tl_at(*hand);
    if (old)
        memcpy(fresh->entries, entries(heap),
               capacity_of(heap) * sizeof(struct entry));
    tl_note_begin(TL_DOING_GROW, old, NULL, 0);
    heap->table = *hand; /* commit */
    tl_fault();
    *hand = old;
    tl_fault();
    rebuild(heap);
    tl_note_end();
}

static void drop_hand(void)
{
    tl_block_release(&tl_self->carrying[TL_HAND_SEGMENT], 0);
}

/* ---- put ---- */

enum need { NEED_NOTHING, NEED_ROOM, NEED_TABLE, NEED_OPEN };

/* A put that has not yet come to its end. */
struct putting {
    double priority;
    tl_deadline deadline;
    struct tl_entrant entrant;
};

static void insert(struct tl_heap *heap, double priority)
{
    uint64_t size = size_of(heap);
    uint32_t at = order(heap)[size];
    struct entry *entry = &entries(heap)[at];
    uint64_t *block = &tl_self->carrying[TL_HAND_MESSAGE];
    entry->priority = priority;
    entry->serial = heap->next_serial++;
    tl_note_begin(TL_DOING_PUT, 0, NULL, 0);
    entry->block = *block; /* commit */
    tl_fault();
    *block = 0;
    tl_fault();
    sift_up(heap, size);
    tl_fault();
    atomic_fetch_add(&heap->puts, 1);
    tl_note_end();
}

static bool larger_in_hand(const struct tl_heap *heap)
{
    uint64_t hand = tl_self->carrying[TL_HAND_SEGMENT];
    return hand && ((struct table *)tl_at(hand))->capacity > capacity_of(heap);
}

static enum need try_put(struct tl_heap *heap, struct putting *put)
{
    uint64_t size = size_of(heap);
    if (atomic_load(&heap->puts) & TL_HEAP_CLOSED)
        return NEED_OPEN;
    if (heap->most && size >= heap->most)
        return NEED_ROOM;
    if (!tl_turn_is_mine(&heap->put_turn, &put->entrant, put->deadline))
        return NEED_ROOM;
    if (larger_in_hand(heap))
        move_in(heap);
    if (size == capacity_of(heap))
        return NEED_TABLE;
    insert(heap, put->priority);
    return NEED_NOTHING;
}

static bool has_room(const struct tl_heap *heap, uint64_t gets, uint64_t puts)
{
    return !heap->most || puts - (gets & ~TL_HEAP_CLOSED) < heap->most;
}

static int wait_for_room(struct tl_heap *heap, struct putting *put)
{
    uint64_t gets = atomic_load(&heap->gets);
    uint64_t puts = atomic_load(&heap->puts);
    if ((puts & TL_HEAP_CLOSED) ||
        (has_room(heap, gets, puts) &&
         tl_turn_is_mine(&heap->put_turn, &put->entrant, put->deadline)))
        return TL_OK;
    return tl_turn_wait(&heap->put_turn, &put->entrant, &heap->emptied,
                        &heap->gets, gets, 0, put->deadline);
}

/* One that left what there was to another, or was called for what this task
 * could not use, is called for what is left. */
static void wake_next_put(struct tl_heap *heap)
{
    uint64_t gets = atomic_load(&heap->gets);
    if (has_room(heap, gets, number(&heap->puts)))
        tl_wake(&heap->emptied, 1);
}

static void wake_next_get(struct tl_heap *heap)
{
    if (tl_heap_size(heap) > 0)
        tl_wake(&heap->filled, 1);
}

static int put_packed(struct tl_heap *heap, struct putting *put)
{
    for (;;) {
        int status = tl_guard_take(&heap->guard, put->deadline);
        if (status < 0)
            return status;
        enum need need = try_put(heap, put);
        uint64_t larger = 2 * capacity_of(heap);
        tl_guard_drop(&heap->guard);
        switch (need) {
        case NEED_NOTHING:
            tl_wake(&heap->filled, 1);
            return TL_OK;
        case NEED_OPEN:
            return TL_CLOSED;
        case NEED_TABLE:
            drop_hand();
            status = make_table(larger ? larger : CAPACITY_FIRST);
            break;
        case NEED_ROOM:
            status = wait_for_room(heap, put);
        }
        if (status < 0)
            return status;
    }
}

int tl_heap_put(struct tl_heap *heap, const struct tl_message *m,
                double priority, tl_deadline deadline)
{
    struct putting put = {.priority = priority, .deadline = deadline};
    uint64_t *block = &tl_self->carrying[TL_HAND_MESSAGE];
    int status = tl_message_pack(block, m);
    if (status == TL_OK)
        status = put_packed(heap, &put);
    if (status < 0)
        tl_turn_leave(&heap->put_turn, &put.entrant);
    if (status < 0 || tl_turn_taken(&heap->put_turn, &put.entrant))
        wake_next_put(heap);
    tl_message_drop(block);
    drop_hand();
    return status;
}

/* ---- get ---- */

static void take_first(struct tl_heap *heap, struct tl_cell *cell)
{
    uint32_t *array = order(heap);
    uint64_t last = size_of(heap) - 1;
    struct entry *entry = &entries(heap)[array[0]];
    tl_note_begin(TL_DOING_GET, entry->block, cell, 1);
    tl_self->carrying[TL_HAND_MESSAGE] = entry->block;
    tl_fault();
    entry->block = 0; /* commit */
    tl_fault();
    swap(array, 0, last);
    sift_down(heap, 0, last);
    tl_fault();
    atomic_fetch_add(&heap->gets, 1);
    tl_fault();
    tl_note_pay();
    tl_note_end();
}

int tl_heap_ready(struct tl_heap *heap, struct tl_watch *watch)
{
    uint64_t puts = atomic_load(&heap->puts);
    *watch = (struct tl_watch){
        .condition = &heap->filled, .word = &heap->puts, .seen = puts};
    return (puts & TL_HEAP_CLOSED) ||
           (puts & ~TL_HEAP_CLOSED) != number(&heap->gets);
}

static int wait_for_message(struct tl_heap *heap, struct tl_entrant *entrant,
                            tl_deadline deadline)
{
    uint64_t puts = atomic_load(&heap->puts);
    if ((puts & ~TL_HEAP_CLOSED) != number(&heap->gets)) {
        if (tl_turn_is_mine(&heap->get_turn, entrant, deadline))
            return TL_OK;
    } else if (puts & TL_HEAP_CLOSED) {
        return TL_CLOSED;
    }
    return tl_turn_wait(&heap->get_turn, entrant, &heap->filled, &heap->puts,
                        puts, 0, deadline);
}

/* Under the guard. */
static bool try_get(struct tl_heap *heap, struct tl_cell *cell,
                    struct tl_entrant *entrant, tl_deadline deadline)
{
    if (size_of(heap) == 0 ||
        !tl_turn_is_mine(&heap->get_turn, entrant, deadline))
        return false;
    take_first(heap, cell);
    return true;
}

int tl_heap_get(struct tl_heap *heap, struct tl_parcel *parcel,
                struct tl_cell *cell, tl_deadline deadline)
{
    tl_message_drop(&tl_self->carrying[TL_HAND_MESSAGE]);
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
    uint64_t block = tl_self->carrying[TL_HAND_MESSAGE];
    tl_message_show(block, parcel);
    parcel->block = block;
    return TL_OK;
}

/* ---- both ---- */

/* The readers' word last: who finds only that of the writers set knows that a
 * closer has died between, and finishes (tl_heap_settle). */
void tl_heap_close(struct tl_heap *heap)
{
    tl_guard_take(&heap->guard, TL_FOREVER);
    atomic_fetch_or(&heap->gets, TL_HEAP_CLOSED); /* commit */
    tl_fault();
    atomic_fetch_or(&heap->puts, TL_HEAP_CLOSED);
    tl_fault();
    tl_guard_drop(&heap->guard);
    tl_wake(&heap->filled, TL_WAKE_ALL);
    tl_wake(&heap->emptied, TL_WAKE_ALL);
}

void tl_heap_settle(struct tl_heap *heap)
{
    tl_turn_forget(&heap->get_turn);
    tl_turn_forget(&heap->put_turn);
    if (tl_heap_closed(heap) && !(atomic_load(&heap->puts) & TL_HEAP_CLOSED))
        tl_heap_close(heap);
}

bool tl_heap_closed(const struct tl_heap *heap)
{
    return atomic_load(&heap->gets) & TL_HEAP_CLOSED;
}

uint32_t tl_heap_size(const struct tl_heap *heap)
{
    for (;;) {
        uint64_t gets = number(&heap->gets), puts = number(&heap->puts);
        if (number(&heap->gets) == gets)
            return (uint32_t)(puts - gets);
    }
}

uint32_t tl_heap_unfinished(const struct tl_heap *heap, uint64_t done)
{
    return (uint32_t)(number(&heap->puts) - done);
}

static void count_done(struct tl_heap *heap, struct tl_cell *cell,
                       uint64_t items, int64_t change)
{
    uint64_t done = atomic_load(&heap->done);
    tl_note_begin(TL_DOING_DONE, done, cell, change);
    atomic_store(&heap->done, done + items); /* commit */
    tl_fault();
    tl_note_pay();
    tl_note_end();
}

int tl_heap_done(struct tl_heap *heap, struct tl_cell *cell)
{
    tl_guard_take(&heap->guard, TL_FOREVER);
    bool any = tl_heap_unfinished(heap, atomic_load(&heap->done)) > 0;
    if (any)
        count_done(heap, cell, 1, cell->taken ? -1 : 0);
    tl_guard_drop(&heap->guard);
    return any ? TL_OK : TL_TOO_MANY_DONE;
}

bool tl_heap_abandon(struct tl_heap *heap, struct tl_cell *cell)
{
    tl_guard_take(&heap->guard, TL_FOREVER);
    uint64_t out =
        tl_heap_unfinished(heap, atomic_load(&heap->done)) - size_of(heap);
    uint64_t lost = cell->taken < out ? cell->taken : out;
    count_done(heap, cell, lost, -(int64_t)cell->taken);
    tl_guard_drop(&heap->guard);
    return lost > 0;
}

static bool names(const struct tl_heap *heap, uint64_t block)
{
    for (uint64_t i = 0; i < capacity_of(heap); i++)
        if (block && entries(heap)[i].block == block)
            return true;
    return false;
}

static void recount(_Atomic uint64_t *word, uint64_t value)
{
    atomic_store(word, (atomic_load(word) & TL_HEAP_CLOSED) | value);
}

static void repair_get(struct tl_heap *heap, struct tl_task *dead,
                       uint64_t used)
{
    if (names(heap, dead->note.before)) {
        dead->carrying[TL_HAND_MESSAGE] = 0;
        return;
    }
    recount(&heap->gets, number(&heap->puts) - used);
    tl_note_pay_for(dead);
}

void tl_heap_repair(struct tl_heap *heap, struct tl_task *dead)
{
    uint64_t *hand = &dead->carrying[TL_HAND_SEGMENT];
    if (dead->note.doing == TL_DOING_GROW && *hand == heap->table)
        *hand = dead->note.before;
    uint64_t used = heap->table ? rebuild(heap) : 0;
    switch (dead->note.doing) {
    case TL_DOING_PUT:
        if (names(heap, dead->carrying[TL_HAND_MESSAGE]))
            dead->carrying[TL_HAND_MESSAGE] = 0;
        recount(&heap->puts, number(&heap->gets) + used);
        break;
    case TL_DOING_GET:
        repair_get(heap, dead, used);
        break;
    case TL_DOING_DONE:
        if (atomic_load(&heap->done) != dead->note.before)
            tl_note_pay_for(dead);
        break;
    default:
        break;
    }
}

bool tl_heap_check(const struct tl_heap *heap)
{
    uint64_t used = 0, size = size_of(heap), capacity = capacity_of(heap);
    for (uint64_t i = 0; i < capacity; i++)
        used += entries(heap)[i].block != 0;
    for (uint64_t i = 1; i < size; i++)
        if (before(heap, order(heap)[i], order(heap)[(i - 1) / 2]))
            return false;
    return used == size && size <= capacity;
}

void tl_heap_destroy(struct tl_heap *heap)
{
    for (uint64_t i = 0; i < capacity_of(heap); i++)
        tl_message_drop(&entries(heap)[i].block);
    tl_block_release(&heap->table, 0);
}
