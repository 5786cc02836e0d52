/*
 * Table slots: where a table keeps its keys and values.
 *
 * One block: `capacity` slots in the order in which their keys were set first;
 * behind them an index of twice as many words, to find a slot by its key's
 * hash (linear probing); and behind that a word for each slot that says when
 * its key ends (a moment of base/clock), or 0.  An index word is 0, or the
 * number of a slot, from 1, and in its upper half that of the hash.  A removed
 * slot is empty and stays where it is, index word too; when the last slot is
 * used up, those that are left move to a new block.
 *
 * Short keys and small values lie in the slot.  A long key is a block; a large
 * value, or one that carries references, is a message block (store/message).
 *
 * Who may write: the holder of the table's guard, by steps of the table's log;
 * except to a slot beyond `used`, which is nobody's, and to a block of slots
 * that is not yet the table's.
 */
#ifndef TL_TABLE_SLOTS_H
#define TL_TABLE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "data/table.h"
#include "tidelock.h"

#define TL_SLOT_KEY 24   /* bytes of a key that fit */
#define TL_SLOT_VALUE 32 /* bytes of a value that fit */
#define TL_SLOT_LONG 0xffu
#define TL_SLOT_PACKED 0xffffu
#define TL_SLOTS_LEAST 8

/* meta: 0 where empty; else, from the lowest bit,
 *    8 bits  enum tl_key_type
 *    8 bits  bytes of the key, or TL_SLOT_LONG
 *   16 bits  bytes of the value, or TL_SLOT_PACKED
 * key: the bytes, and 0 behind them; of a long one: block, size, hash.
 * value: the bytes, and anything behind them; of a packed one: a block. */
struct tl_slot {
    uint64_t meta;
    uint64_t key[TL_SLOT_KEY / 8];
    uint64_t value[TL_SLOT_VALUE / 8];
};

/* At the beginning of the block, padded so that slots do not cross lines. */
struct tl_slots {
    uint64_t capacity; /* constant once the block is the table's */
    uint64_t padding[TL_LINE / 8 - 1];
    struct tl_slot slot[];
};

/* Of such a block, in bytes. */
uint64_t tl_slots_size(uint64_t capacity);

/* A key as slots have it, except for a long one's block: its bytes are still
 * the caller's. */
struct tl_slot_key {
    uint64_t meta; /* with a value of no bytes */
    uint64_t words[TL_SLOT_KEY / 8];
    uint64_t hash;
    const char *bytes; /* of a long key; else NULL */
};

static inline bool tl_slot_is_long(const struct tl_slot *slot)
{
    return (slot->meta >> 8 & 0xff) == TL_SLOT_LONG;
}

static inline uint32_t tl_slot_value_size(const struct tl_slot *slot)
{
    return (uint32_t)(slot->meta >> 16);
}

static inline bool tl_slot_is_packed(const struct tl_slot *slot)
{
    return tl_slot_value_size(slot) == TL_SLOT_PACKED;
}

static inline uint64_t tl_slot_meta(uint64_t key_meta, uint32_t value_size)
{
    return (key_meta & 0xffff) | (uint64_t)value_size << 16;
}

/* The key as slots have it.  A float with the value of an integer becomes the
 * integer.  Borrows the bytes of a string. */
struct tl_slot_key tl_slot_key_of(const struct tl_key *key);

/* The slot's key; its bytes are valid under the guard. */
struct tl_key tl_slot_key_read(const struct tl_slot *slot);

struct tl_slot *tl_slots_at(const struct tl_table *table, uint64_t number);
uint64_t tl_slots_capacity(const struct tl_table *table);

/* When the key of the slot ends; 0: it does not. */
uint64_t *tl_slots_end_of(const struct tl_table *table,
                          const struct tl_slot *slot);

/* Whether the slot's key has ended: it is there no more, though the slot still
 * has it. */
bool tl_slots_over(const struct tl_table *table, const struct tl_slot *slot);

/* The first slot from number *from on whose key is over at `now`, or NULL;
 * *from becomes the number behind it. */
struct tl_slot *tl_slots_next_over(const struct tl_table *table, int64_t now,
                                   uint64_t *from);

/* The soonest end of a key, or 0; and how many are over. */
uint64_t tl_slots_soonest(const struct tl_table *table);
uint64_t tl_slots_count_over(const struct tl_table *table);

/* The slot with this key, over or not, or NULL.  *vacant: the index word that a
 * new slot with the key is to have. */
struct tl_slot *tl_slots_find(const struct tl_table *table,
                              const struct tl_slot_key *key, uint64_t **vacant);

/* What goes into the index for slot `number`. */
uint64_t tl_slots_index_word(const struct tl_slot_key *key, uint64_t number);

/* Whether most slots are empty. */
bool tl_slots_sparse(const struct tl_table *table);

/* The capacity that the table should have instead of what it has: it is full,
 * or mostly empty; 0: neither. */
uint64_t tl_slots_wanted(const struct tl_table *table);

/* Sets *owner to a block of empty slots.  TL_NO_MEMORY. */
int tl_slots_take(uint64_t *owner, uint64_t capacity);

/* In a step of the log: if the block of slots that *hand owns has the capacity
 * that the table wants, moves all slots there; *hand gets the old block. */
void tl_slots_move(struct tl_table *table, uint64_t *owned);

/* index_holds: whether each word of the index is 0 or leads to a slot that has
 * been used, and some are 0, so that a search ends.  check: once that is known,
 * whether index, slots and counts agree. */
bool tl_slots_index_holds(const struct tl_table *table);
bool tl_slots_check(const struct tl_table *table);

#endif
