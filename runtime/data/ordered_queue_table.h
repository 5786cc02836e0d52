/*
 * Ordered queue table: names the messages of an ordered queue, and their order.
 * Shared by the files of data/ordered_queue; see ordered_queue.h.
 */
#ifndef TL_ORDERED_QUEUE_TABLE_H
#define TL_ORDERED_QUEUE_TABLE_H

#include "data/ordered_queue.h"

struct tl_ordered_queue_entry {
    uint64_t block; /* 0: free.  commit */
    uint64_t serial;
    double priority;
};

struct tl_ordered_queue_table {
    uint64_t capacity;
    struct tl_ordered_queue_entry entries[]; /* then uint32_t order[capacity] */
};

static inline struct tl_ordered_queue_table *
tl_ordered_queue_table(const struct tl_ordered_queue *queue)
{
    return tl_at(queue->table);
}

static inline uint64_t
tl_ordered_queue_capacity(const struct tl_ordered_queue *queue)
{
    return queue->table ? tl_ordered_queue_table(queue)->capacity : 0;
}

static inline struct tl_ordered_queue_entry *
tl_ordered_queue_entries(const struct tl_ordered_queue *queue)
{
    return tl_ordered_queue_table(queue)->entries;
}

static inline uint32_t *
tl_ordered_queue_order(const struct tl_ordered_queue *queue)
{
    struct tl_ordered_queue_table *table = tl_ordered_queue_table(queue);
    return (uint32_t *)(void *)(table->entries + table->capacity);
}

/* The number in `puts` or `gets`, without the closed bit. */
static inline uint64_t tl_ordered_queue_number(const _Atomic uint64_t *word)
{
    return atomic_load(word) & ~TL_ORDERED_QUEUE_CLOSED;
}

/* How many messages there are.  Under the guard, as all that follows. */
static inline uint64_t
tl_ordered_queue_count(const struct tl_ordered_queue *queue)
{
    return tl_ordered_queue_number(&queue->puts) -
           tl_ordered_queue_number(&queue->gets);
}

/* Whether entry `a` is to be got before entry `b`. */
bool tl_ordered_queue_before(const struct tl_ordered_queue *queue, uint32_t a,
                             uint32_t b);

/* Restores the order after the index at place `at` was added (up), or has
 * replaced another (down). */
void tl_ordered_queue_sift_up(const struct tl_ordered_queue *queue,
                              uint64_t at);
void tl_ordered_queue_sift_down(const struct tl_ordered_queue *queue,
                                uint64_t at, uint64_t size);

/* Derives the order from the entries; returns how many are used. */
uint64_t tl_ordered_queue_rebuild(struct tl_ordered_queue *queue);

#endif
