#include "trace/open.h"

#include "trace/brief.h"

/* ---- from brief to open ---- */

/* Twice, where its task was killed amid the first: the unit is no brief one
 * from when all of it is there. */
static void publish_brief(struct tl_lane *lane)
{
    uint64_t written = tl_lane_written(lane);
    tl_unit *next = tl_lane_unit(lane, written);
    uint64_t unit = atomic_load_explicit(next, memory_order_relaxed);
    if ((unit & TL_LANE_WHAT) == TL_LANE_BRIEF) {
        /* relaxed: the release below comes after it */
        atomic_store_explicit(next + 1,
                              (uint64_t)tl_brief_began(lane, unit, lane->base),
                              memory_order_relaxed);
        /* release: pairs with the acquire in read_last of trace/drain */
        atomic_store_explicit(next,
                              TL_LANE_OPERATION | TL_LANE_OPEN |
                                  (tl_brief_place(unit) + 1)
                                      << TL_LANE_UNITS_SHIFT,
                              memory_order_release);
    }
    /* release: pairs with the acquires in trace/drain.  commit */
    atomic_store_explicit(&lane->written, written + TL_LANE_OPERATION_UNITS,
                          memory_order_release);
    lane->next = next + TL_LANE_OPERATION_UNITS;
}

/* relaxed, all stores: see tl_open_position */
void tl_open_brief(struct tl_lane *lane)
{
    struct tl_lane_open *open = &lane->open[0];
    if (!tl_lane_is_of_now(lane)) {
        atomic_store_explicit(&lane->brief, 0, memory_order_relaxed);
        return;
    }
    uint64_t unit = atomic_load_explicit(lane->next, memory_order_relaxed);
    atomic_store_explicit(&open->slept, 0, memory_order_relaxed);
    atomic_store_explicit(&open->position, tl_lane_written(lane),
                          memory_order_relaxed);
    open->unit = lane->next;
    open->moments = atomic_load_explicit(&lane->moments, memory_order_relaxed);
    open->idle = false;
    open->frame = tl_recording_innermost.frame;
    open->began = tl_brief_began(lane, unit, lane->base);
    open->awake = 0;
    atomic_store_explicit(&lane->depth, 1, memory_order_relaxed);
    lane->stop = NULL;
    publish_brief(lane);
}

/* ---- ends ---- */

/* Writes what the unit cannot hold of the operation: how far behind it. */
static uint64_t write_more(struct tl_lane *lane,
                           const struct tl_lane_open *open, int64_t ended,
                           uint64_t message)
{
    uint64_t distance =
        atomic_load_explicit(&lane->written, memory_order_relaxed) -
        tl_open_position(open);
    uint64_t words[TL_LANE_WORDS - 1] = {[TL_LANE_MORE_ENDED - 1] =
                                             (uint64_t)ended,
                                         [TL_LANE_MORE_MESSAGE - 1] = message};
    if (tl_open_slept(open)) {
        words[TL_LANE_MORE_SLEPT - 1] = (uint64_t)tl_open_slept(open);
        words[TL_LANE_MORE_WAITED - 1] =
            atomic_load_explicit(&open->waited, memory_order_relaxed);
        words[TL_LANE_MORE_CALLED - 1] =
            (uint64_t)atomic_load_explicit(&open->called, memory_order_relaxed);
        words[TL_LANE_MORE_WAKER - 1] =
            atomic_load_explicit(&open->waker, memory_order_relaxed);
    }
    tl_lane_write_words(lane, TL_LANE_MORE, words);
    return distance;
}

uint64_t tl_open_tell(struct tl_lane *lane, const struct tl_lane_open *open,
                      int64_t ended, uint64_t message)
{
    /* relaxed: a recording that is over has read it as open */
    if (atomic_load_explicit(&tl_lanes->epoch, memory_order_relaxed) ==
            lane->enrolled &&
        tl_lane_has_room(lane, TL_LANE_WORDS, 0))
        return TL_LANE_HAS_MORE | write_more(lane, open, ended, message)
                                      << TL_LANE_NUMBER_SHIFT;
    return 0;
}

/* Says of the operation what its task knew. */
static void leave(struct tl_lane *lane, const struct tl_lane_open *open)
{
    uint64_t position = tl_open_position(open);
    tl_unit *head = tl_lane_unit(lane, position);
    /* relaxed, all but the last: the death, or end, came before */
    uint64_t bits = atomic_load_explicit(head, memory_order_relaxed);
    if (position >=
            atomic_load_explicit(&lane->written, memory_order_relaxed) ||
        position < atomic_load_explicit(&lane->drained, memory_order_relaxed) ||
        (bits & TL_LANE_WHAT) != TL_LANE_OPERATION || !(bits & TL_LANE_OPEN))
        return;
    /* release: the record before the word that tells of it; pairs with the
     * acquire in tl_drain_lane */
    atomic_store_explicit(head, bits | tl_open_tell(lane, open, 0, 0),
                          memory_order_release);
}

void tl_open_leave(struct tl_lane *lane)
{
    /* of a recording before this one nobody reads it */
    if (tl_open_is_brief(lane) && tl_lane_is_of_now(lane))
        publish_brief(lane);
    uint32_t depth = tl_open_depth(lane);
    for (uint32_t n = 0; n < depth && n < TL_LANE_NESTED; n++)
        leave(lane, &lane->open[n]);
}
