#include "trace/lane.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "public/status.h"

#define TEXT_MOST 1024
#define PAGE 4096
#define UNIT sizeof(struct tl_unit)

struct tl_lanes *tl_lanes;
_Thread_local struct tl_lane *tl_lane;

int tl_lanes_make(void)
{
    if (tl_lanes)
        return TL_OK;
    void *made = mmap(NULL, sizeof *tl_lanes, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (made == MAP_FAILED)
        return TL_SYSTEM;
    madvise(made, sizeof *tl_lanes, MADV_DONTDUMP);
    tl_lanes = made;
    tl_lanes->bell = -1;
    return TL_OK;
}

bool tl_lane_has_more_room(struct tl_lane *lane, uint64_t end)
{
    /* acquire: what the reader has copied it has copied before we write over
     * it; pairs with the release in tl_drain_lane */
    lane->limit = atomic_load_explicit(&lane->drained, memory_order_acquire) +
                  TL_LANE_UNITS;
    return end <= lane->limit;
}

static void map_stretch(struct tl_lane *lane, uint64_t position)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t begin = (uintptr_t)tl_lane_unit(lane, position);
    uintptr_t from = begin & ~(uintptr_t)(PAGE - 1);
    /* an older kernel refuses, and then there are faults */
    madvise((void *)from, TL_LANE_STRETCH * UNIT + begin - from,
            MADV_POPULATE_WRITE);
#else
    (void)lane;
    (void)position;
#endif
}

void tl_lane_stretch(struct tl_lane *lane, uint64_t position)
{
    if (lane->stretches < TL_LANE_UNITS / TL_LANE_STRETCH) {
        lane->stretches++;
        map_stretch(lane, position);
    }
    if (position % (TL_LANE_UNITS / 8) >= TL_LANE_STRETCH)
        return;
    /* relaxed, here and below: hints; the reader comes by itself, too */
    uint64_t drained =
        atomic_load_explicit(&lane->drained, memory_order_relaxed);
    if (position - drained < TL_LANE_UNITS / 2 || tl_lanes->bell < 0 ||
        atomic_exchange_explicit(&tl_lanes->rung, 1, memory_order_relaxed))
        return;
    send(tl_lanes->bell, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static size_t add_text(char *all, size_t used, const char *text)
{
    size_t size = text ? strlen(text) : 0;
    size_t most =
        used + TL_LANE_TEXTS < TEXT_MOST ? TEXT_MOST - TL_LANE_TEXTS - used : 0;
    if (size > most)
        size = most;
    if (size)
        memcpy(all + used, text, size);
    all[used + size] = '\0';
    return used + size + 1;
}

/* relaxed, all stores: the release of `written` comes after them */
static void set(struct tl_lane *lane, uint64_t position, unsigned index,
                uint64_t value)
{
    struct tl_unit *unit = tl_lane_unit(lane, position + index / 2);
    atomic_store_explicit(&unit->words[index % 2], value, memory_order_relaxed);
}

static void write_words(struct tl_lane *lane, uint64_t position, uint64_t head,
                        const uint64_t words[TL_LANE_WORDS - 1])
{
    set(lane, position, 0, head);
    for (unsigned index = 1; index < TL_LANE_WORDS; index++)
        set(lane, position, index, words[index - 1]);
}

/* What lies from `written` to there is whole. */
static void publish(struct tl_lane *lane, uint64_t from, uint64_t to)
{
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&lane->written, to, memory_order_release);
    if (from / TL_LANE_STRETCH != to / TL_LANE_STRETCH)
        tl_lane_stretch(lane, to);
}

static uint64_t written_by(const struct tl_lane *lane)
{
    /* relaxed: see tl_lane_has_room */
    return atomic_load_explicit(&lane->written, memory_order_relaxed);
}

void tl_lane_write_words(struct tl_lane *lane, uint64_t head,
                         const uint64_t words[TL_LANE_WORDS - 1])
{
    uint64_t position = written_by(lane), units = TL_LANE_WORDS / 2;
    write_words(lane, position, head | (units - 1) << TL_LANE_UNITS_SHIFT,
                words);
    publish(lane, position, position + units);
}

bool tl_lane_write(struct tl_lane *lane, const struct tl_lane_note *note)
{
    char all[TEXT_MOST + UNIT];
    size_t used = 0;
    for (int n = 0; n < TL_LANE_TEXTS; n++)
        used = add_text(all, used, note->texts[n]);
    uint64_t units = (used + UNIT - 1) / UNIT;
    memset(all + used, 0, units * UNIT - used);
    units += TL_LANE_WORDS / 2;
    if (!tl_lane_has_room(lane, units, note->spare))
        return false;
    uint64_t position = written_by(lane);
    write_words(lane, position,
                note->what | (units - 1) << TL_LANE_UNITS_SHIFT |
                    (uint64_t)note->number << TL_LANE_NUMBER_SHIFT,
                note->words);
    for (unsigned word = TL_LANE_WORDS; word < 2 * units; word++) {
        uint64_t bytes;
        memcpy(&bytes, all + (word - TL_LANE_WORDS) * sizeof bytes,
               sizeof bytes);
        set(lane, position, word, bytes);
    }
    if (note->what == TL_LANE_TASK)
        /* relaxed: the reader that finds the record finds this, too */
        atomic_store_explicit(&lane->tenancy, position, memory_order_relaxed);
    publish(lane, position, position + units);
    return true;
}
