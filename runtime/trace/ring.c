#include "trace/ring.h"

#include <stdbool.h>
#include <string.h>

#include "public/status.h"
#include "tasks/life.h"

/* Of a slot's word: the lap lies above these. */
#define WRITES (UINT64_C(1) << 31)
#define LAP_SHIFT 32
#define COUNT_MOST (UINT64_C(1) << 40)

struct tl_ring *tl_ring;

int tl_ring_make(uint64_t wanted)
{
    uint64_t count = 1;
    if (wanted == 0)
        return TL_OK;
    if (wanted > COUNT_MOST)
        return TL_NO_MEMORY;
    while (count < wanted)
        count *= 2;
    struct tl_ring *ring = tl_arena_carve(
        TL_REGION_TRACE, sizeof *ring + count * sizeof(struct tl_ring_slot));
    if (!ring)
        return TL_NO_MEMORY;
    ring->count = count;
    tl_ring = ring;
    return TL_OK;
}

static uint32_t lap_of(const struct tl_ring *ring, uint64_t position)
{
    return (uint32_t)(position / ring->count) + 1;
}

/* Whether a slot's word is of an earlier lap; laps may wrap. */
static bool before(uint64_t word, uint32_t lap)
{
    return (int32_t)((uint32_t)(word >> LAP_SHIFT) - lap) < 0;
}

static bool writer_lives(uint64_t word)
{
    uint32_t id = word & TL_ID_MASK;
    if (id == 0)
        return true;
    unsigned arena = tl_arena;
    tl_arena_go(TL_HOME);
    bool lives = tl_life_goes_on(id);
    tl_arena_go(arena);
    return lives;
}

/* Takes the slot for the event of this lap.  False: it is not to be had. */
static bool claim(struct tl_ring_slot *slot, uint32_t lap)
{
    uint64_t mine =
        (uint64_t)lap << LAP_SHIFT | WRITES | tl_task_id_in(TL_HOME);
    /* relaxed: a word seen late makes the compare and swap fail */
    uint64_t seen = atomic_load_explicit(&slot->word, memory_order_relaxed);
    do {
        if (!before(seen, lap) || ((seen & WRITES) && writer_lives(seen)))
            return false;
        /* acquire: what the writer before has written to the slot comes before
         * what we write; pairs with the release at the end of its
         * tl_ring_write.  A dead one has not come there, but that it is dead we
         * know from its life, by loads that are seq_cst.  On failure relaxed,
         * as above. */
    } while (!atomic_compare_exchange_weak_explicit(
        &slot->word, &seen, mine, memory_order_acquire, memory_order_relaxed));
    return true;
}

void tl_ring_write(struct tl_event *event)
{
    struct tl_ring *ring = tl_ring;
    uint64_t words[TL_RING_WORDS];
    /* relaxed: it only has to give each writer another position; what others
     * read they find by the slot's word */
    uint64_t position =
        atomic_fetch_add_explicit(&ring->position, 1, memory_order_relaxed);
    uint32_t lap = lap_of(ring, position);
    struct tl_ring_slot *slot = &ring->slots[position & (ring->count - 1)];
    event->step = position + 1;
    if (!claim(slot, lap))
        return;
    memcpy(words, event, sizeof words);
    /* release: a reader that sees one of these words by its acquire sees our
     * claim too, when it looks at the slot's word again.  (A fence would do it
     * for all, but ThreadSanitizer knows none.) */
    for (size_t i = 1; i < TL_RING_WORDS; i++)
        atomic_store_explicit(&slot->rest[i - 1], words[i],
                              memory_order_release);
    /* release: pairs with the first acquire in tl_ring_read, which then sees
     * all words above, and with the one in claim().  Nobody else changes a word
     * that says that we write, since we live.  commit */
    atomic_store_explicit(&slot->word, (uint64_t)lap << LAP_SHIFT,
                          memory_order_release);
}

const struct tl_ring *tl_ring_here(void)
{
    return tl_root()->regions[TL_REGION_TRACE] ? tl_region(TL_REGION_TRACE)
                                               : NULL;
}

uint64_t tl_ring_position(const struct tl_ring *ring)
{
    /* relaxed: see tl_ring_write */
    return atomic_load_explicit(&ring->position, memory_order_relaxed);
}

uint64_t tl_ring_oldest(const struct tl_ring *ring)
{
    uint64_t position = tl_ring_position(ring);
    return position > ring->count ? position - ring->count : 0;
}

/* Why there is no whole event of this position in the slot, in which no later
 * one has come if `awaited`. */
static enum tl_ring_state missing(const struct tl_ring *ring, uint64_t position,
                                  bool awaited)
{
    uint64_t next = tl_ring_position(ring);
    if (!awaited || next > position + ring->count)
        return TL_RING_OVERWRITTEN;
    return next > position ? TL_RING_TORN : TL_RING_NOT_YET;
}

enum tl_ring_state tl_ring_read(const struct tl_ring *ring, uint64_t position,
                                struct tl_event *out)
{
    const struct tl_ring_slot *slot =
        &ring->slots[position & (ring->count - 1)];
    uint32_t lap = lap_of(ring, position);
    uint64_t whole = (uint64_t)lap << LAP_SHIFT, words[TL_RING_WORDS];
    /* acquire: pairs with the commit in tl_ring_write */
    uint64_t seen = atomic_load_explicit(&slot->word, memory_order_acquire);
    if (seen != whole)
        return missing(ring, position, before(seen, lap + 1));
    words[0] = position + 1;
    /* acquire: the look at the slot's word below comes after these, and if one
     * of them is of a later writer it sees that one's claim */
    for (size_t i = 1; i < TL_RING_WORDS; i++)
        words[i] =
            atomic_load_explicit(&slot->rest[i - 1], memory_order_acquire);
    /* relaxed: its place is kept by the acquires before it */
    if (atomic_load_explicit(&slot->word, memory_order_relaxed) != whole)
        return TL_RING_OVERWRITTEN;
    memcpy(out, words, sizeof *out);
    return TL_RING_WHOLE;
}

/* The name as an entry keeps it. */
static void shorten(char *out, const char *name)
{
    static const char dots[] = "...";
    size_t length = strlen(name);
    if (length < TL_RING_NAME) {
        memcpy(out, name, length + 1);
        return;
    }
    const char *end = name + length;
    const char *at = end - (TL_RING_NAME - sizeof dots);
    while ((*at & 0xc0) == 0x80) /* not in the midst of a character */
        at++;
    memcpy(out, dots, sizeof dots - 1);
    memcpy(out + sizeof dots - 1, at, (size_t)(end - at) + 1);
}

static bool is_named(const struct tl_ring_file *file, const char *name)
{
    /* acquire: pairs with the release in take() */
    return atomic_load_explicit(&file->state, memory_order_acquire) ==
               TL_RING_NAMED &&
           strcmp(file->name, name) == 0;
}

static bool take(struct tl_ring_file *file, const char *name)
{
    uint32_t free = TL_RING_FREE;
    /* relaxed: whoever has it is alone with it, and nobody was there before */
    if (!atomic_compare_exchange_strong_explicit(
            &file->state, &free, TL_RING_NAMED_SOON, memory_order_relaxed,
            memory_order_relaxed))
        return false;
    memcpy(file->name, name, strlen(name) + 1);
    /* release: pairs with the acquires of those who read the name.  commit */
    atomic_store_explicit(&file->state, TL_RING_NAMED, memory_order_release);
    return true;
}

uint16_t tl_ring_file(const char *name)
{
    static _Thread_local uint16_t last;
    char kept[TL_RING_NAME];
    if (!tl_ring || !name || !*name)
        return 0;
    shorten(kept, name);
    if (last && is_named(&tl_ring->files[last], kept))
        return last;
    for (uint16_t i = 1; i < TL_RING_FILES; i++) {
        struct tl_ring_file *file = &tl_ring->files[i];
        /* two that are new to the same name at once may enter it twice */
        if (is_named(file, kept) || take(file, kept))
            return last = i;
    }
    return 0;
}

const char *tl_ring_file_name(const struct tl_ring *ring, uint16_t file)
{
    /* acquire: pairs with the release in take() */
    return file > 0 && file < TL_RING_FILES &&
                   atomic_load_explicit(&ring->files[file].state,
                                        memory_order_acquire) == TL_RING_NAMED
               ? ring->files[file].name
               : "";
}
