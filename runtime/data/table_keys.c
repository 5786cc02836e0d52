/*
 * Table keys: the calls that are about a table's keys as a whole: its length,
 * how many there are, and all of them.
 *
 * The length n is where key n is there and key n + 1 is not.  In a plain list
 * n is the number of keys, so that is tried first, by two look-ups.  Elsewhere
 * the search doubles n until a key is missing, and then halves the distance.
 *
 * All keys are copied into the caller's buffer under the guard, so that they
 * are of one moment.  Where the buffer is too small the bytes are still
 * counted, so that the caller can come again with a larger one.
 */
#include "data/table.h"

#include <string.h>

#include "data/table_slots.h"
#include "store/handle.h"

static struct tl_table *table_of(const struct tl_handle *handle)
{
    return handle->object;
}

static bool has_integer(const struct tl_table *table, uint64_t i)
{
    struct tl_key key = {.type = TL_KEY_INTEGER, .i = (int64_t)i};
    struct tl_slot_key wanted = tl_slot_key_of(&key);
    uint64_t *vacant;
    const struct tl_slot *slot =
        i <= INT64_MAX ? tl_slots_find(table, &wanted, &vacant) : NULL;
    return slot && !tl_slots_over(table, slot);
}

/* Doubles until a key is missing, then halves, as Lua's own tables do. */
static uint64_t border(const struct tl_table *table)
{
    uint64_t low = table->live, high = low + 1;
    if (low > 0 && has_integer(table, low) && !has_integer(table, high))
        return low;
    low = 0;
    high = 1;
    while (has_integer(table, high)) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (has_integer(table, middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t tl_table_length(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_TABLE_LENGTH);
    if (status < 0)
        return status;
    struct tl_table *table = table_of(handle);
    tl_table_reap(table);
    tl_guard_take(&table->log.guard, TL_FOREVER);
    uint64_t length = border(table);
    tl_guard_drop(&table->log.guard);
    return (int64_t)length;
}

int64_t tl_table_count(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_TABLE_COUNT);
    if (status < 0)
        return status;
    struct tl_table *table = table_of(handle);
    tl_table_reap(table);
    tl_guard_take(&table->log.guard, TL_FOREVER);
    uint64_t live = table->live - tl_slots_count_over(table);
    tl_guard_drop(&table->log.guard);
    return (int64_t)live;
}

/* How a key lies in the buffer of tl_table_keys: a struct tl_key, with a
 * string's bytes behind it, padded. */
static size_t size_in_buffer(const struct tl_key *key)
{
    size_t behind = key->type == TL_KEY_STRING ? key->string.size : 0;
    return sizeof *key + (behind + 7) / 8 * 8;
}

const void *tl_key_read(const void *at, struct tl_key *key)
{
    memcpy(key, at, sizeof *key);
    if (key->type == TL_KEY_STRING)
        key->string.data = (const char *)at + sizeof *key;
    return (const char *)at + size_in_buffer(key);
}

static void write_key(char *to, const struct tl_key *key)
{
    memcpy(to, key, sizeof *key);
    if (key->type == TL_KEY_STRING)
        memcpy(to + sizeof *key, key->string.data, key->string.size);
}

int64_t tl_table_keys(const struct tl_handle *handle, void *buffer, size_t size)
{
    int status = tl_enter(handle, TL_OP_TABLE_KEYS);
    if (status < 0)
        return status;
    struct tl_table *table = table_of(handle);
    size_t needed = 0;
    tl_table_reap(table);
    tl_guard_take(&table->log.guard, TL_FOREVER);
    for (uint64_t i = 0; i < table->used; i++) {
        const struct tl_slot *slot = tl_slots_at(table, i);
        if (!slot->meta || tl_slots_over(table, slot))
            continue;
        struct tl_key key = tl_slot_key_read(slot);
        size_t at = needed;
        needed += size_in_buffer(&key);
        if (needed <= size)
            write_key((char *)buffer + at, &key);
    }
    tl_guard_drop(&table->log.guard);
    return (int64_t)needed;
}
