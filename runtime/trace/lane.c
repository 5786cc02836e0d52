#include "trace/lane.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "public/status.h"

#define TEXT_MOST 4096
#define STRETCH 1024 /* records, which divides those of a lane */
#define PAGE 4096
#define BLOCK sizeof(struct tl_record)

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

bool tl_lane_has_room(struct tl_lane *lane, uint64_t count, uint64_t spare)
{
    /* relaxed: only this task writes it, and the tenant before it, whose end
     * this one's claim of the slot has seen */
    uint64_t written =
        atomic_load_explicit(&lane->written, memory_order_relaxed);
    if (__builtin_expect(written + count + spare <= lane->limit, 1))
        return true;
    /* acquire: what the reader has copied it has copied before we write over
     * it; pairs with the release in tl_drain_lane */
    lane->limit = atomic_load_explicit(&lane->drained, memory_order_acquire) +
                  TL_LANE_RECORDS;
    return written + count + spare <= lane->limit;
}

static void map_stretch(struct tl_lane *lane, uint64_t position)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t begin = (uintptr_t)tl_lane_record(lane, position);
    uintptr_t from = begin & ~(uintptr_t)(PAGE - 1);
    /* an older kernel refuses, and then there are faults */
    madvise((void *)from, STRETCH * sizeof(struct tl_record) + begin - from,
            MADV_POPULATE_WRITE);
#else
    (void)lane;
    (void)position;
#endif
}

void tl_lane_ring(struct tl_lane *lane, uint64_t position)
{
    if (position % STRETCH != 0)
        return;
    if (lane->stretches < TL_LANE_RECORDS / STRETCH) {
        lane->stretches++;
        map_stretch(lane, position);
    }
    if (position % (TL_LANE_RECORDS / 4) != 0)
        return;
    /* relaxed, here and below: hints; the reader comes by itself, too */
    uint64_t drained =
        atomic_load_explicit(&lane->drained, memory_order_relaxed);
    if (position - drained < TL_LANE_RECORDS / 2 || tl_lanes->bell < 0 ||
        atomic_exchange_explicit(&tl_lanes->rung, 1, memory_order_relaxed))
        return;
    send(tl_lanes->bell, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static size_t add_text(char *all, size_t used, const char *text)
{
    size_t size = text ? strlen(text) : 0;
    size_t most = used + 2 < TEXT_MOST ? TEXT_MOST - 2 - used : 0;
    if (size > most)
        size = most;
    if (size)
        memcpy(all + used, text, size);
    all[used + size] = '\0';
    return used + size + 1;
}

/* relaxed, all stores: the release of `written` comes after them */
static void set(struct tl_record *record, enum tl_lane_word word,
                uint64_t value)
{
    atomic_store_explicit(&record->words[word], value, memory_order_relaxed);
}

static void write_texts(struct tl_lane *lane, uint64_t position,
                        const char *all, uint64_t blocks)
{
    for (uint64_t i = 0; i < blocks; i++) {
        struct tl_record *record = tl_lane_record(lane, position + i);
        for (unsigned word = 0; word < TL_LANE_WORDS; word++) {
            uint64_t bytes;
            memcpy(&bytes, all + i * BLOCK + word * sizeof bytes, sizeof bytes);
            set(record, word, bytes);
        }
    }
}

bool tl_lane_write(struct tl_lane *lane, const struct tl_lane_note *note)
{
    char all[TEXT_MOST + BLOCK];
    size_t used = add_text(all, 0, note->texts[0]);
    used = add_text(all, used, note->texts[1]);
    uint64_t blocks = (used + BLOCK - 1) / BLOCK;
    memset(all + used, 0, blocks * BLOCK - used);
    if (!tl_lane_has_room(lane, 1 + blocks, 0))
        return false;
    /* relaxed: see tl_lane_has_room */
    uint64_t position =
        atomic_load_explicit(&lane->written, memory_order_relaxed);
    struct tl_record *record = tl_lane_record(lane, position);
    set(record, TL_LANE_HEAD,
        note->what | blocks << TL_LANE_BLOCKS_SHIFT |
            (uint64_t)note->number << TL_LANE_NUMBER_SHIFT);
    for (unsigned word = 1; word < TL_LANE_WORDS; word++)
        set(record, word, note->words[word - 1]);
    write_texts(lane, position + 1, all, blocks);
    if (note->what == TL_LANE_TASK)
        /* relaxed: the reader that finds the record finds this, too */
        atomic_store_explicit(&lane->tenancy, position, memory_order_relaxed);
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&lane->written, position + 1 + blocks,
                          memory_order_release);
    return true;
}
