/*
 * Table slots: finds the slot of a key, and moves the slots to a block of
 * another size.  How they lie, table_slots.h says.
 */
#include "data/table_slots.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "public/status.h"
#include "store/heap.h"

/* ---- keys ---- */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t hash_long(const char *bytes, size_t size)
{
    uint64_t hash = size;
    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        hash = mix(hash, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, bytes, size);
    return mix(hash, rest);
}

static uint64_t hash_of(uint64_t meta, const uint64_t *words)
{
    if ((meta >> 8 & 0xff) == TL_SLOT_LONG)
        return words[2];
    return mix(mix(mix(meta & 0xffff, words[0]), words[1]), words[2]);
}

static struct tl_slot_key number_key(enum tl_key_type type, uint64_t bits)
{
    struct tl_slot_key key = {.meta = type | 8 << 8, .words = {bits}};
    key.hash = hash_of(key.meta, key.words);
    return key;
}

static struct tl_slot_key string_key(const char *bytes, size_t size)
{
    struct tl_slot_key key = {.meta = TL_KEY_STRING};
    if (size > TL_SLOT_KEY) {
        key.meta |= TL_SLOT_LONG << 8;
        key.words[1] = size;
        key.words[2] = hash_long(bytes, size);
        key.bytes = bytes;
    } else {
        key.meta |= size << 8;
        memcpy(key.words, bytes, size);
    }
    key.hash = hash_of(key.meta, key.words);
    return key;
}

static bool is_integer(double f)
{
    return f >= -0x1p63 && f < 0x1p63 && floor(f) == f;
}

struct tl_slot_key tl_slot_key_of(const struct tl_key *key)
{
    uint64_t bits;
    switch (key->type) {
    case TL_KEY_INTEGER:
        return number_key(TL_KEY_INTEGER, (uint64_t)key->i);
    case TL_KEY_FLOAT:
        if (is_integer(key->f))
            return number_key(TL_KEY_INTEGER, (uint64_t)(int64_t)key->f);
        memcpy(&bits, &key->f, sizeof bits);
        return number_key(TL_KEY_FLOAT, bits);
    case TL_KEY_BOOLEAN:
        return number_key(TL_KEY_BOOLEAN, key->b);
    default:
        return string_key(key->string.data, key->string.size);
    }
}

struct tl_key tl_slot_key_read(const struct tl_slot *slot)
{
    struct tl_key key = {.type = (enum tl_key_type)(slot->meta & 0xff)};
    switch (key.type) {
    case TL_KEY_INTEGER:
        key.i = (int64_t)slot->key[0];
        break;
    case TL_KEY_FLOAT:
        memcpy(&key.f, &slot->key[0], sizeof key.f);
        break;
    case TL_KEY_BOOLEAN:
        key.b = slot->key[0] != 0;
        break;
    default:
        key.string.size = slot->meta >> 8 & 0xff;
        key.string.data = (const char *)slot->key;
        if (tl_slot_is_long(slot)) {
            key.string.size = slot->key[1];
            key.string.data = tl_at(slot->key[0]);
        }
    }
    return key;
}

static bool has_key(const struct tl_slot *slot, const struct tl_slot_key *key)
{
    if (((slot->meta ^ key->meta) & 0xffff) != 0 ||
        slot->key[1] != key->words[1] || slot->key[2] != key->words[2])
        return false;
    if (!key->bytes)
        return slot->key[0] == key->words[0];
    return memcmp(tl_at(slot->key[0]), key->bytes, key->words[1]) == 0;
}

/* ---- the block ---- */

static struct tl_slots *slots_of(const struct tl_table *table)
{
    return tl_at(table->slots);
}

struct tl_slot *tl_slots_at(const struct tl_table *table, uint64_t number)
{
    return &slots_of(table)->slot[number];
}

uint64_t tl_slots_capacity(const struct tl_table *table)
{
    return slots_of(table)->capacity;
}

static uint64_t *index_of(struct tl_slots *slots)
{
    return (uint64_t *)(void *)&slots->slot[slots->capacity];
}

static uint64_t *ends_of(struct tl_slots *slots)
{
    return index_of(slots) + 2 * slots->capacity;
}

uint64_t tl_slots_size(uint64_t capacity)
{
    return sizeof(struct tl_slots) +
           capacity * (sizeof(struct tl_slot) + 3 * sizeof(uint64_t));
}

uint64_t tl_slots_index_word(const struct tl_slot_key *key, uint64_t number)
{
    return (key->hash & ~(uint64_t)UINT32_MAX) | (number + 1);
}

struct tl_slot *tl_slots_find(const struct tl_table *table,
                              const struct tl_slot_key *key, uint64_t **vacant)
{
    struct tl_slots *slots = slots_of(table);
    uint64_t *index = index_of(slots), mask = 2 * slots->capacity - 1;
    uint64_t at = key->hash & mask;
    for (; index[at]; at = (at + 1) & mask) {
        struct tl_slot *slot = &slots->slot[(uint32_t)index[at] - 1];
        if ((index[at] ^ key->hash) >> 32 == 0 && has_key(slot, key))
            return slot;
    }
    *vacant = &index[at];
    return NULL;
}

/* ---- keys that end by themselves ---- */

uint64_t *tl_slots_end_of(const struct tl_table *table,
                          const struct tl_slot *slot)
{
    struct tl_slots *slots = slots_of(table);
    return &ends_of(slots)[slot - slots->slot];
}

bool tl_slots_over(const struct tl_table *table, const struct tl_slot *slot)
{
    uint64_t end = table->soonest ? *tl_slots_end_of(table, slot) : 0;
    return end && (int64_t)end <= tl_clock_now();
}

struct tl_slot *tl_slots_next_over(const struct tl_table *table, int64_t now,
                                   uint64_t *from)
{
    const uint64_t *ends = ends_of(slots_of(table));
    while (*from < table->used) {
        uint64_t i = (*from)++;
        if (ends[i] && (int64_t)ends[i] <= now && tl_slots_at(table, i)->meta)
            return tl_slots_at(table, i);
    }
    return NULL;
}

uint64_t tl_slots_soonest(const struct tl_table *table)
{
    const uint64_t *ends = ends_of(slots_of(table));
    uint64_t soonest = 0;
    for (uint64_t i = 0; i < table->used; i++)
        if (ends[i] && (!soonest || ends[i] < soonest) &&
            tl_slots_at(table, i)->meta)
            soonest = ends[i];
    return soonest;
}

uint64_t tl_slots_count_over(const struct tl_table *table)
{
    uint64_t count = 0, from = 0;
    int64_t now = table->soonest ? tl_clock_now() : 0;
    while (table->soonest && tl_slots_next_over(table, now, &from))
        count++;
    return count;
}

/* ---- growing and shrinking ---- */

/* Room for n keys and half as many more, so that moving costs each new key a
 * constant share. */
static uint64_t fitting(uint64_t n)
{
    uint64_t capacity = TL_SLOTS_LEAST;
    while (capacity < n + n / 2)
        capacity *= 2;
    return capacity;
}

bool tl_slots_sparse(const struct tl_table *table)
{
    uint64_t capacity = tl_slots_capacity(table);
    return capacity > TL_SLOTS_LEAST && table->live < capacity / 8;
}

uint64_t tl_slots_wanted(const struct tl_table *table)
{
    bool full = table->used == tl_slots_capacity(table);
    return full || tl_slots_sparse(table) ? fitting(table->live + 1) : 0;
}

int tl_slots_take(uint64_t *owner, uint64_t capacity)
{
    int status = tl_heap_take(owner, tl_slots_size(capacity));
    if (status < 0)
        return status;
    struct tl_slots *slots = tl_at(*owner);
    /* also the slots, so that no page fault comes under the guard */
    memset(slots, 0, tl_slots_size(capacity));
    slots->capacity = capacity;
    return TL_OK;
}

static void enter(struct tl_slots *slots, uint64_t number)
{
    struct tl_slot *slot = &slots->slot[number];
    struct tl_slot_key key = {.hash = hash_of(slot->meta, slot->key)};
    uint64_t *index = index_of(slots), mask = 2 * slots->capacity - 1;
    uint64_t at = key.hash & mask;
    while (index[at])
        at = (at + 1) & mask;
    index[at] = tl_slots_index_word(&key, number);
}

void tl_slots_move(struct tl_table *table, uint64_t *owned)
{
    struct tl_slots *to = tl_at(*owned);
    if (tl_slots_wanted(table) != to->capacity)
        return;
    uint64_t count = 0;
    for (uint64_t i = 0; i < table->used; i++) {
        if (!tl_slots_at(table, i)->meta)
            continue;
        to->slot[count] = *tl_slots_at(table, i);
        ends_of(to)[count] = *tl_slots_end_of(table, tl_slots_at(table, i));
        enter(to, count++);
    }
    tl_fault();
    tl_log_set(&table->log, &table->used, count);
    tl_log_set(&table->log, owned, table->slots);
    tl_log_set(&table->log, &table->slots, tl_offset(to));
}

bool tl_slots_index_holds(const struct tl_table *table)
{
    struct tl_slots *slots = slots_of(table);
    const uint64_t *index = index_of(slots);
    uint64_t words = 0;
    for (uint64_t i = 0; i < 2 * slots->capacity; i++) {
        if ((uint32_t)index[i] > table->used ||
            (index[i] && (uint32_t)index[i] == 0))
            return false;
        words += index[i] != 0;
    }
    return words <= slots->capacity;
}

bool tl_slots_check(const struct tl_table *table)
{
    if (!table->slots)
        return true; /* not yet made */
    uint64_t live = 0;
    for (uint64_t i = 0; i < table->used; i++) {
        struct tl_slot *slot = tl_slots_at(table, i);
        if (!slot->meta)
            continue;
        struct tl_key key = tl_slot_key_read(slot);
        struct tl_slot_key wanted = tl_slot_key_of(&key);
        uint64_t *vacant;
        if (tl_slots_find(table, &wanted, &vacant) != slot ||
            (tl_slot_is_packed(slot) && !slot->value[0]))
            return false;
        live++;
    }
    return live == table->live && table->used <= tl_slots_capacity(table);
}
