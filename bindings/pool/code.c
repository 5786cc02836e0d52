/* The board keeps the code.  The owner finds a number for it in a hash table of
 * open addressing (FNV-1a, over the bytes), which has only the hashes and the
 * numbers: bytes are compared with those on the board. */
#include "pool/code.h"

#include <stdlib.h>
#include <string.h>

#include "pool/pool.h"

static uint64_t hash_of(const unsigned char *bytes, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash | 1; /* 0 is an empty entry */
}

static bool is_code(const struct pool *pool, const struct code_entry *entry,
                    const void *code, size_t size)
{
    struct tl_parcel parcel;
    return tl_board_code(pool->board, (uint64_t)entry->number, &parcel) &&
           parcel.size == size && memcmp(parcel.data, code, size) == 0;
}

/* The entry of the code, or the empty one where it belongs. */
static struct code_entry *find_entry(const struct pool *pool, uint64_t hash,
                                     const void *code, size_t size)
{
    size_t mask = pool->entry_room - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct code_entry *entry = &pool->entries[at];
        if (!entry->hash ||
            (entry->hash == hash && is_code(pool, entry, code, size)))
            return entry;
    }
}

static bool grow_entries(struct pool *pool)
{
    size_t old_room = pool->entry_room, room = old_room ? 2 * old_room : 16;
    struct code_entry *old = pool->entries;
    struct code_entry *grown = calloc(room, sizeof *grown);
    if (!grown)
        return false;
    for (size_t i = 0; i < old_room; i++) {
        if (!old[i].hash)
            continue;
        size_t at = old[i].hash & (room - 1);
        while (grown[at].hash)
            at = (at + 1) & (room - 1);
        grown[at] = old[i];
    }
    free(old);
    pool->entries = grown;
    pool->entry_room = room;
    return true;
}

int64_t pool_enter_code(struct codec_codes *codes, const void *code,
                        size_t size)
{
    struct pool *pool = (struct pool *)codes;
    if (2 * pool->entry_count >= pool->entry_room && !grow_entries(pool))
        return -1;
    uint64_t hash = hash_of(code, size);
    struct code_entry *entry = find_entry(pool, hash, code, size);
    if (entry->hash)
        return entry->number;
    struct tl_slice slice = {code, size};
    struct tl_message m = {.slices = &slice, .slice_count = 1, .size = size};
    int64_t number = tl_board_add_code(pool->board, &m);
    if (number < 0)
        return -1;
    *entry = (struct code_entry){.hash = hash, .number = number};
    pool->entry_count++;
    return number;
}
