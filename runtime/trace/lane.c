#include "trace/lane.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "public/status.h"

#define TEXT_MOST 1024
#define PAGE 4096
#define UNIT sizeof(tl_unit)

struct tl_lanes *tl_lanes;
_Thread_local struct tl_lane *tl_lane;
_Thread_local struct tl_recording_call tl_recording_innermost;

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

_Static_assert(TL_LANE_PIECES == 64, "a bit of a word each");

bool tl_lane_has_more_room(struct tl_lane *lane, uint64_t end)
{
    /* acquire: what the reader has copied it has copied before we write over
     * it; pairs with the release in trace/drain */
    lane->limit = atomic_load_explicit(&lane->drained, memory_order_acquire) +
                  TL_LANE_UNITS;
    return end <= lane->limit;
}

/* At once, since a fault for each page would cost more than what is written
 * there. */
static void map_piece(struct tl_lane *lane, uint64_t stretch)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t begin = (uintptr_t)tl_lane_unit(lane, stretch * TL_LANE_STRETCH);
    uintptr_t from = begin & ~(uintptr_t)(PAGE - 1);
    /* an older kernel refuses, and then there are faults */
    madvise((void *)from, TL_LANE_STRETCH * UNIT + begin - from,
            MADV_POPULATE_WRITE);
#else
    (void)lane;
    (void)stretch;
#endif
}

static uint64_t bit_of(uint64_t stretch)
{
    return UINT64_C(1) << stretch % TL_LANE_PIECES;
}

/* The last stretch that is drained, of those from `first` on, and still has its
 * own piece; `drained` if there is none. */
static uint64_t find_drained(const struct tl_lane *lane, uint64_t first,
                             uint64_t drained)
{
    for (uint64_t found = drained; found-- > first;)
        if (!(lane->given & bit_of(found)))
            return found;
    return drained;
}

/* The entry of the stretch is also that of the one a lap before, which must be
 * drained, too: else the writer is to stay behind the reader in its piece. */
static void exchange(struct tl_lane *lane, uint64_t stretch, uint64_t first,
                     uint64_t drained)
{
    uint64_t from =
        drained < first ? drained : find_drained(lane, first, drained);
    lane->given &= ~bit_of(stretch);
    if (from == drained)
        return;
    /* relaxed, all: see `pieces` */
    _Atomic uint8_t *here = &lane->pieces[stretch % TL_LANE_PIECES],
                    *there = &lane->pieces[from % TL_LANE_PIECES];
    uint8_t piece = atomic_load_explicit(there, memory_order_relaxed);
    atomic_store_explicit(there,
                          atomic_load_explicit(here, memory_order_relaxed),
                          memory_order_relaxed);
    atomic_store_explicit(here, piece, memory_order_relaxed);
    lane->given |= bit_of(from);
    if (lane->kept < (from + 1) * TL_LANE_STRETCH)
        lane->kept = (from + 1) * TL_LANE_STRETCH;
}

static void hurry(void)
{
    /* relaxed: a hint; the reader comes by itself, too */
    if (tl_lanes->bell >= 0 &&
        !atomic_exchange_explicit(&tl_lanes->rung, 1, memory_order_relaxed))
        send(tl_lanes->bell, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void enter(struct tl_lane *lane, uint64_t stretch)
{
    /* acquire: as in tl_lane_has_more_room */
    uint64_t drained =
        atomic_load_explicit(&lane->drained, memory_order_acquire);
    /* those before are, or will be, written over in this lap */
    uint64_t first =
        stretch < TL_LANE_PIECES ? 0 : stretch - TL_LANE_PIECES + 1;
    if (lane->kept < first * TL_LANE_STRETCH)
        lane->kept = first * TL_LANE_STRETCH;
    exchange(lane, stretch, first, drained / TL_LANE_STRETCH);
    uint64_t piece =
        UINT64_C(1) << atomic_load_explicit(
            &lane->pieces[stretch % TL_LANE_PIECES], memory_order_relaxed);
    if (!(lane->mapped & piece)) {
        lane->mapped |= piece;
        map_piece(lane, stretch);
    }
    if (stretch * TL_LANE_STRETCH - drained >= TL_LANE_HURRY)
        hurry();
}

/* One that a tenant was killed in is entered again: nothing is there yet. */
void tl_lane_reach(struct tl_lane *lane, uint64_t end)
{
    for (; lane->entered * TL_LANE_STRETCH < end; lane->entered++)
        enter(lane, lane->entered);
}

static uint64_t lesser(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
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
    atomic_store_explicit(tl_lane_unit(lane, position + index), value,
                          memory_order_relaxed);
}

static void write_words(struct tl_lane *lane, uint64_t position, uint64_t head,
                        const uint64_t words[TL_LANE_WORDS - 1])
{
    set(lane, position, 0, head);
    for (unsigned index = 1; index < TL_LANE_WORDS; index++)
        set(lane, position, index, words[index - 1]);
}

/* What lies between is whole. */
static void publish(struct tl_lane *lane, uint64_t from, uint64_t to)
{
    /* release: pairs with the acquires in trace/drain.  commit */
    atomic_store_explicit(&lane->written, to, memory_order_release);
    lane->next = tl_lane_unit(lane, to);
    if (from / TL_LANE_STRETCH != to / TL_LANE_STRETCH)
        lane->stop = NULL;
}

/* Where one more unit is left in the stretch: none. */
static void leave_gap(struct tl_lane *lane)
{
    uint64_t position = tl_lane_written(lane);
    if (position % TL_LANE_STRETCH != TL_LANE_STRETCH - 1)
        return;
    tl_lane_reach(lane, position + 1);
    set(lane, position, 0, TL_LANE_GAP);
    publish(lane, position, position + 1);
}

bool tl_lane_look(struct tl_lane *lane)
{
    if (!tl_lane_has_room(lane, 1 + TL_LANE_OPERATION_UNITS, TL_LANE_SPARE))
        return false;
    leave_gap(lane);
    uint64_t position = tl_lane_written(lane);
    tl_lane_reach(lane, position + TL_LANE_OPERATION_UNITS);
    lane->next = tl_lane_unit(lane, position);
    lane->stop = lane->next;
    if (tl_lanes->counter)
        /* so that behind what is brief another unit is, too: see publish_brief
         */
        lane->stop += lesser(lane->limit - TL_LANE_SPARE - position,
                             TL_LANE_STRETCH - position % TL_LANE_STRETCH) -
                      (TL_LANE_OPERATION_UNITS - 1);
    return true;
}

/* A writer that was killed in exchange() has left two entries that name one
 * piece.  Neither is of a stretch that is to be read. */
void tl_lane_mend(struct tl_lane *lane)
{
    uint64_t named = 0;
    unsigned twice = 0;
    for (unsigned n = 0; n < TL_LANE_PIECES; n++) {
        uint64_t piece = UINT64_C(1) << atomic_load_explicit(
                             &lane->pieces[n], memory_order_relaxed);
        if (named & piece)
            twice = n;
        named |= piece;
    }
    if (named != UINT64_MAX)
        atomic_store_explicit(&lane->pieces[twice],
                              (uint8_t)__builtin_ctzll(~named),
                              memory_order_relaxed);
}

void tl_lane_begin(struct tl_lane *lane)
{
    if (!lane->used)
        for (unsigned piece = 0; piece < TL_LANE_PIECES; piece++)
            atomic_init(&lane->pieces[piece], (uint8_t)piece);
    lane->mapped = 0;
    lane->stop = NULL;
    lane->base = 0;
    /* relaxed: only this task writes it */
    atomic_store_explicit(&lane->brief, 0, memory_order_relaxed);
}

void tl_lane_write_words(struct tl_lane *lane, uint64_t head,
                         const uint64_t words[TL_LANE_WORDS - 1])
{
    uint64_t position = tl_lane_written(lane), units = TL_LANE_WORDS;
    tl_lane_reach(lane, position + units);
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
    units += TL_LANE_WORDS;
    if (!tl_lane_has_room(lane, units, note->spare))
        return false;
    uint64_t position = tl_lane_written(lane);
    tl_lane_reach(lane, position + units);
    write_words(lane, position,
                note->what | (units - 1) << TL_LANE_UNITS_SHIFT |
                    (uint64_t)note->number << TL_LANE_NUMBER_SHIFT,
                note->words);
    for (unsigned word = TL_LANE_WORDS; word < units; word++) {
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
