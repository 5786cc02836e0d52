/*
 * Brief: the operations that most are: at a place that is known, with one
 * moment, without a sleep, and with nothing else that begins within them.
 *
 * Such a one is none of those that are open (trace/open).  As it begins, its
 * unit is filled in but for what is known at its end, and `brief` says that it
 * goes on there:
 *
 *   brief == written + 1   the unit at `written` is its one
 *   else                   there is none
 *
 * As it ends, `written` moves over it, and so there is none again.  Whatever
 * is not told by that makes it an open one first (tl_open_brief): a sleep, an
 * operation within it, a record of anything else.  A brief one is always the
 * innermost call's, and nothing is open around it.
 *
 * Of one that wakes a task only its moments change (tl_brief_lasts), since that
 * may be done by a handler of signals, between any two steps of what is here.
 */
#ifndef TL_BRIEF_H
#define TL_BRIEF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "trace/lane.h"
#include "trace/open.h"
#include "trace/places.h"
#include "trace/ticks.h"

/* Which of its moments are told of an operation that did not sleep, and within
 * which nothing else began: reading the clock costs more than all else that is
 * recorded of it.
 *
 * What gives (a put, a release) has one as it begins, and what takes (a get, an
 * acquire) one as it ends: so a get is never told to have ended before its put
 * began, though each is told as if it took no time. */
enum tl_recording_moments {
    TL_RECORDING_BOTH,
    TL_RECORDING_BEGIN,
    TL_RECORDING_END
};

/* False: it is none that can be brief.  With TL_RECORDING_BOTH it is until it
 * ends. */
static inline bool tl_brief_begin(struct tl_lane *lane, uint32_t operation,
                                  const struct tl_object *object,
                                  enum tl_recording_moments moments)
{
    uint64_t place = tl_places_known(lane, operation, object);
    uint64_t end = tl_lane_written(lane) + 1;
    struct tl_unit *unit = lane->next;
    /* relaxed: only this task writes it */
    if (!place || unit >= lane->stop || !tl_lane_is_of_now(lane) ||
        atomic_load_explicit(&lane->brief, memory_order_relaxed) == end)
        return false;
    /* relaxed, both: the release below comes after them */
    atomic_store_explicit(&unit->words[0],
                          TL_LANE_OPERATION | place << TL_LANE_UNITS_SHIFT,
                          memory_order_relaxed);
    atomic_store_explicit(
        &unit->words[1],
        moments == TL_RECORDING_END ? 0 : (uint64_t)tl_ticks_counter(),
        memory_order_relaxed);
    lane->moments = (uint8_t)moments;
    /* release: the unit before the word that tells of it; pairs with the
     * acquire in tl_brief_is_behind */
    atomic_store_explicit(&lane->brief, end, memory_order_release);
    return true;
}

/* False: there is none, or it is to be open.  Where the recording is over, no
 * reader takes it for one of the next (trace/drain). */
static inline bool tl_brief_end(struct tl_lane *lane,
                                enum tl_trace_result result)
{
    uint64_t end = tl_lane_written(lane) + 1;
    if (atomic_load_explicit(&lane->brief, memory_order_relaxed) != end ||
        lane->moments == TL_RECORDING_BOTH)
        return false;
    struct tl_unit *unit = lane->next;
    /* relaxed, all: the release below comes after them */
    if (lane->moments == TL_RECORDING_END) {
        tl_ticks_after();
        atomic_store_explicit(&unit->words[1], (uint64_t)tl_ticks_counter(),
                              memory_order_relaxed);
    }
    if (__builtin_expect(result != TL_TRACE_DONE, 0))
        atomic_store_explicit(
            &unit->words[0],
            atomic_load_explicit(&unit->words[0], memory_order_relaxed) |
                (uint64_t)result << TL_LANE_RESULT_SHIFT,
            memory_order_relaxed);
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&lane->written, end, memory_order_release);
    lane->next = unit + 1;
    return true;
}

/* Its message is that of this number; false: there is none, or it is open from
 * now on. */
static inline bool tl_brief_tell(struct tl_lane *lane, uint64_t number)
{
    if (!tl_open_is_brief(lane))
        return false;
    if (__builtin_expect(number > TL_LANE_NUMBER_MOST, 0)) {
        tl_open_brief(lane);
        return false;
    }
    _Atomic uint64_t *head = lane->next->words;
    /* relaxed, both: as in tl_brief_end */
    uint64_t rest = atomic_load_explicit(head, memory_order_relaxed) &
                    ~(TL_LANE_NUMBER_MOST << TL_LANE_NUMBER_SHIFT);
    atomic_store_explicit(head, rest | number << TL_LANE_NUMBER_SHIFT,
                          memory_order_relaxed);
    return true;
}

/* It takes its time: both of its moments are told, from `now` on where it has
 * none yet.  Async-signal-safe. */
static inline void tl_brief_lasts(struct tl_lane *lane, int64_t now)
{
    _Atomic uint64_t *began = &lane->next->words[1];
    lane->moments = TL_RECORDING_BOTH;
    /* relaxed, both: as in tl_brief_end */
    if (!atomic_load_explicit(began, memory_order_relaxed))
        atomic_store_explicit(began, (uint64_t)now, memory_order_relaxed);
}

/* By the reader, as it looks for the last time: whether there is one behind
 * what is written. */
static inline bool tl_brief_is_behind(struct tl_lane *lane, uint64_t written)
{
    /* acquire: pairs with the release in tl_brief_begin */
    return atomic_load_explicit(&lane->brief, memory_order_acquire) ==
           written + 1;
}

#endif
