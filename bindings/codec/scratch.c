#include "codec/scratch.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BYTES = 8192,
    FIRST_ENTRIES = 16,
    FIRST_SEEN = 64,
    KEEP_BYTES = 1 << 20, /* a scratch that grew larger is freed after use */
    KEEP_ENTRIES = 1 << 14
};

static _Thread_local struct scratch own;

static void release(struct scratch *scratch)
{
    free(scratch->bytes);
    free(scratch->cites);
    free(scratch->refs);
    free(scratch->seen);
    memset(scratch, 0, sizeof *scratch);
}

static void empty(struct scratch *scratch)
{
    scratch->size = 0;
    scratch->cite_count = 0;
    scratch->cited = 0;
    scratch->ref_count = 0;
    if (scratch->seen_count > 0) {
        scratch->seen_count = 0;
        if (++scratch->stamp == 0) {
            memset(scratch->seen, 0,
                   scratch->seen_capacity * sizeof *scratch->seen);
            scratch->stamp = 1;
        }
    }
}

struct scratch *scratch_take(void)
{
    struct scratch *scratch = &own;
    if (scratch->taken) {
        scratch = calloc(1, sizeof *scratch);
        if (!scratch)
            return NULL;
    }
    scratch->taken = true;
    return scratch;
}

void scratch_give(struct scratch *scratch)
{
    free(scratch->slices);
    scratch->slices = NULL;
    if (scratch != &own) {
        release(scratch);
        free(scratch);
        return;
    }
    if (scratch->capacity > KEEP_BYTES ||
        scratch->cite_capacity > KEEP_ENTRIES ||
        scratch->ref_capacity > KEEP_ENTRIES ||
        scratch->seen_capacity > KEEP_ENTRIES)
        release(scratch);
    else
        empty(scratch);
    scratch->taken = false;
}

void scratch_thread_end(void)
{
    if (!own.taken)
        release(&own);
}

bool scratch_grow(struct scratch *scratch, size_t more)
{
    size_t capacity = scratch->capacity ? scratch->capacity : FIRST_BYTES;
    while (capacity - scratch->size < more) {
        if (capacity > UINT32_MAX / 2) /* struct seen: tag_at */
            return false;
        capacity *= 2;
    }
    unsigned char *bytes = realloc(scratch->bytes, capacity);
    if (!bytes)
        return false;
    scratch->bytes = bytes;
    scratch->capacity = capacity;
    return true;
}

/* `entries` with room for one more, or NULL: no memory. */
static void *room_for_entry(void *entries, size_t count, size_t *capacity,
                            size_t size)
{
    if (count < *capacity)
        return entries;
    size_t larger = *capacity ? *capacity * 2 : FIRST_ENTRIES;
    entries = realloc(entries, larger * size);
    if (entries)
        *capacity = larger;
    return entries;
}

bool scratch_cite(struct scratch *scratch, const void *data, size_t size)
{
    struct cite *cites =
        room_for_entry(scratch->cites, scratch->cite_count,
                       &scratch->cite_capacity, sizeof *scratch->cites);
    if (!cites)
        return false;
    scratch->cites = cites;
    cites[scratch->cite_count++] =
        (struct cite){.at = scratch->size, .slice = {data, size}};
    scratch->cited += size;
    return true;
}

bool scratch_ref(struct scratch *scratch, tl_ref ref, uint32_t *index)
{
    const struct seen *seen = scratch_seen(scratch, ref, SEEN_REF);
    if (seen) {
        *index = seen->n;
        return true;
    }
    tl_ref *refs =
        room_for_entry(scratch->refs, scratch->ref_count,
                       &scratch->ref_capacity, sizeof *scratch->refs);
    if (!refs)
        return false;
    scratch->refs = refs;
    *index = (uint32_t)scratch->ref_count;
    if (!scratch_see(
            scratch,
            (struct seen){.identity = ref, .kind = SEEN_REF, .n = *index}))
        return false;
    refs[scratch->ref_count++] = ref;
    return true;
}

/* The entry, or the free one where it belongs. */
static struct seen *probe(const struct scratch *scratch, uint64_t identity,
                          uint32_t kind)
{
    /* Fibonacci hashing: the low bits of an address are all alike */
    uint64_t hash = (identity + kind) * UINT64_C(0x9e3779b97f4a7c15);
    size_t mask = scratch->seen_capacity - 1;
    for (size_t i = (size_t)(hash >> 32) & mask;; i = (i + 1) & mask) {
        struct seen *entry = &scratch->seen[i];
        if (entry->stamp != scratch->stamp ||
            (entry->identity == identity && entry->kind == kind))
            return entry;
    }
}

struct seen *scratch_seen(struct scratch *scratch, uint64_t identity,
                          enum seen_kind kind)
{
    if (scratch->seen_count == 0)
        return NULL;
    struct seen *entry = probe(scratch, identity, kind);
    return entry->stamp == scratch->stamp ? entry : NULL;
}

static bool grow_seen(struct scratch *scratch)
{
    struct seen *old = scratch->seen;
    size_t old_capacity = scratch->seen_capacity;
    size_t capacity = old_capacity ? old_capacity * 2 : FIRST_SEEN;
    struct seen *seen = calloc(capacity, sizeof *seen);
    if (!seen)
        return false;
    scratch->seen = seen;
    scratch->seen_capacity = capacity;
    if (scratch->stamp == 0)
        scratch->stamp = 1;
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].stamp == scratch->stamp)
            *probe(scratch, old[i].identity, old[i].kind) = old[i];
    free(old);
    return true;
}

bool scratch_see(struct scratch *scratch, struct seen entry)
{
    if (scratch->seen_count >= scratch->seen_capacity / 4 * 3 &&
        !grow_seen(scratch))
        return false;
    entry.stamp = scratch->stamp;
    *probe(scratch, entry.identity, entry.kind) = entry;
    scratch->seen_count++;
    return true;
}

/* Lists the scratch's own bytes and the cited ones, by turns. */
static struct tl_slice *list_slices(const struct scratch *scratch,
                                    size_t *count)
{
    struct tl_slice *slices =
        malloc((scratch->cite_count * 2 + 1) * sizeof *slices);
    if (!slices)
        return NULL;
    size_t at = 0, n = 0;
    for (size_t i = 0; i < scratch->cite_count; i++) {
        const struct cite *cite = &scratch->cites[i];
        if (cite->at > at)
            slices[n++] = (struct tl_slice){scratch->bytes + at, cite->at - at};
        slices[n++] = cite->slice;
        at = cite->at;
    }
    if (scratch->size > at)
        slices[n++] =
            (struct tl_slice){scratch->bytes + at, scratch->size - at};
    *count = n;
    return slices;
}

bool scratch_message(struct scratch *scratch, struct tl_message *message)
{
    message->refs = scratch->refs;
    message->ref_count = scratch->ref_count;
    message->size = scratch->size + scratch->cited;
    if (scratch->cite_count > 0) {
        scratch->slices = list_slices(scratch, &message->slice_count);
        message->slices = scratch->slices;
        return scratch->slices != NULL;
    }
    scratch->whole = (struct tl_slice){scratch->bytes, scratch->size};
    message->slices = &scratch->whole;
    message->slice_count = 1;
    return true;
}

bool scratch_own(struct scratch *scratch, struct tl_message *message)
{
    if (scratch->cite_count == 0)
        return true;
    unsigned char *bytes = malloc(message->size);
    if (!bytes)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < message->slice_count; i++) {
        const struct tl_slice *slice = &message->slices[i];
        memcpy(bytes + at, slice->data, slice->size);
        at += slice->size;
    }
    free(scratch->bytes);
    free(scratch->slices);
    scratch->slices = NULL;
    scratch->bytes = bytes;
    scratch->size = scratch->capacity = message->size;
    scratch->cite_count = 0;
    scratch->cited = 0;
    return scratch_message(scratch, message);
}
