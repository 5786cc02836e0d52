#include "base/numbering.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 256

static uint32_t hash_of(const struct tl_numbering_key *key)
{
    uint64_t hash = 0;
    for (int i = 0; i < 4; i++)
        hash = (hash ^ key->parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 32);
}

/* The slot that has the key, or is free for it. */
static uint32_t *slot_of(const struct tl_numbering *table,
                         const struct tl_numbering_key *key)
{
    uint32_t at = hash_of(key) & (table->room - 1);
    while (table->slots[at] &&
           memcmp(&table->keys[table->slots[at] - 1], key, sizeof *key) != 0)
        at = (at + 1) & (table->room - 1);
    return &table->slots[at];
}

static bool grow(struct tl_numbering *table)
{
    uint32_t room = table->room ? 2 * table->room : ROOM_FIRST;
    struct tl_numbering_key *keys =
        realloc(table->keys, room / 2 * sizeof *keys);
    uint32_t *slots = calloc(room, sizeof *slots);
    if (keys)
        table->keys = keys;
    if (!keys || !slots) {
        free(slots);
        return false;
    }
    free(table->slots);
    table->slots = slots;
    table->room = room;
    for (uint32_t i = 0; i < table->count; i++)
        *slot_of(table, &keys[i]) = i + 1;
    return true;
}

uint32_t tl_numbering_of(struct tl_numbering *table,
                         const struct tl_numbering_key *key, bool *fresh)
{
    *fresh = false;
    if (table->count == table->room / 2 && !grow(table))
        return 0;
    uint32_t *slot = slot_of(table, key);
    if (*slot)
        return *slot;
    *fresh = true;
    table->keys[table->count++] = *key;
    return *slot = table->count;
}
