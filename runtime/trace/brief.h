/*
 * Brief: the operations that most are: at a place that is known, with one
 * moment, without a sleep, and with nothing else that begins within them.
 *
 * Such a one is none of those that are open (trace/open).  As it begins, its
 * unit is filled in but for its message, its result, and the moment of its end,
 * if that is told; and `brief` says that it goes on there:
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

/* Of a unit BRIEF: its entry of the places, from 0. */
static inline uint64_t tl_brief_place(uint64_t unit)
{
    return unit >> TL_LANE_BRIEF_PLACE_SHIFT & (TL_LANE_PLACES - 1);
}
_Static_assert(TL_LANE_PLACES == 1 << (TL_LANE_BRIEF_MESSAGE_SHIFT -
                                       TL_LANE_BRIEF_PLACE_SHIFT),
               "each entry fits");

/* Its message, or 0; `last`: of the place. */
static inline uint64_t tl_brief_message(uint64_t unit, uint64_t last)
{
    uint64_t told = unit >> TL_LANE_BRIEF_MESSAGE_SHIFT &
                    ((UINT64_C(1) << TL_LANE_BRIEF_MESSAGE_BITS) - 1);
    uint64_t folded = told - 1;
    uint64_t since = folded >> 1 ^ (0 - (folded & 1));
    return told ? last + since : 0;
}

/* What tells of the message; too large to fit where those are too far apart. */
static inline uint64_t tl_brief_told(uint64_t message, uint64_t last)
{
    int64_t since = (int64_t)(message - last);
    return 1 + ((uint64_t)since << 1 ^ (uint64_t)(since >> 63));
}

/* When the one that goes on began; 0: not known.  `base`: the lane's. */
static inline int64_t tl_brief_began(const struct tl_lane *lane, uint64_t unit,
                                     uint64_t base)
{
    uint64_t time = unit >> TL_LANE_BRIEF_TIME_SHIFT;
    if (time)
        return (int64_t)(base + time);
    /* relaxed, both: only its task writes them, or that is dead, or it is a
     * guess */
    return atomic_load_explicit(&lane->moments, memory_order_relaxed) ==
                   TL_RECORDING_BOTH
               ? atomic_load_explicit(&lane->since, memory_order_relaxed)
               : 0;
}

/* False: it is none that can be brief.  With TL_RECORDING_BOTH it is until it
 * ends. */
static inline bool tl_brief_begin(struct tl_lane *lane, uint32_t operation,
                                  const struct tl_object *object,
                                  enum tl_recording_moments moments)
{
    uint64_t place = tl_places_known(lane, operation, object);
    uint64_t end = tl_lane_written(lane) + 1;
    tl_unit *next = lane->next;
    /* relaxed: only this task writes it */
    if (!place || next >= lane->stop || !tl_lane_is_of_now(lane) ||
        atomic_load_explicit(&lane->brief, memory_order_relaxed) == end)
        return false;
    uint64_t unit = TL_LANE_BRIEF | (place - 1) << TL_LANE_BRIEF_PLACE_SHIFT;
    if (moments != TL_RECORDING_END) {
        uint64_t time = (uint64_t)tl_ticks_counter() - lane->base;
        /* nor 0, which is that of none; one comparison for both */
        if (time - 1 >= (UINT64_C(1) << TL_LANE_BRIEF_TIME_BITS) - 1)
            return false;
        unit |= time << TL_LANE_BRIEF_TIME_SHIFT;
    }
    lane->message = 0;
    /* relaxed, both: the release below comes after them */
    atomic_store_explicit(next, unit, memory_order_relaxed);
    atomic_store_explicit(&lane->moments, (uint8_t)moments,
                          memory_order_relaxed);
    /* release: the unit before the word that tells of it; pairs with the
     * acquire in tl_brief_is_behind */
    atomic_store_explicit(&lane->brief, end, memory_order_release);
    return true;
}

/* False: there is none, or it is to be open: what is told of it does not fit.
 * Where the recording is over, no reader takes it for one of the next
 * (trace/drain). */
static inline bool tl_brief_end(struct tl_lane *lane,
                                enum tl_trace_result result)
{
    uint64_t end = tl_lane_written(lane) + 1, message = lane->message;
    /* relaxed, all: only this task writes them */
    uint8_t moments =
        atomic_load_explicit(&lane->moments, memory_order_relaxed);
    if (atomic_load_explicit(&lane->brief, memory_order_relaxed) != end ||
        moments == TL_RECORDING_BOTH)
        return false;
    tl_unit *next = lane->next;
    uint64_t unit = atomic_load_explicit(next, memory_order_relaxed) |
                    (uint64_t)result << TL_LANE_BRIEF_RESULT_SHIFT;
    struct tl_lane_place *place = &lane->places[tl_brief_place(unit)];
    uint64_t told = message ? tl_brief_told(message, place->message) : 0;
    if (moments == TL_RECORDING_END) {
        tl_ticks_after();
        uint64_t time = (uint64_t)tl_ticks_counter() - lane->base;
        if (time >> TL_LANE_BRIEF_TIME_BITS)
            return false;
        unit |= time << TL_LANE_BRIEF_TIME_SHIFT;
    }
    if (__builtin_expect(told >> TL_LANE_BRIEF_MESSAGE_BITS != 0, 0))
        return false;
    if (told)
        place->message = message;
    unit |= told << TL_LANE_BRIEF_MESSAGE_SHIFT;
    atomic_store_explicit(next, unit, memory_order_relaxed);
    /* release: pairs with the acquires in trace/drain.  commit */
    atomic_store_explicit(&lane->written, end, memory_order_release);
    /* in this order for a death between them: what is brief is counted from the
     * base, and this one is so no more */
    atomic_signal_fence(memory_order_seq_cst);
    lane->base += unit >> TL_LANE_BRIEF_TIME_SHIFT;
    lane->next = next + 1;
    return true;
}

/* It takes its time: both of its moments are told, from `now` on where it has
 * none yet.  Async-signal-safe. */
static inline void tl_brief_lasts(struct tl_lane *lane, int64_t now)
{
    /* relaxed, all: read by this task, once it is dead, or as a guess */
    if (atomic_load_explicit(&lane->moments, memory_order_relaxed) ==
        TL_RECORDING_BOTH)
        return;
    atomic_store_explicit(&lane->since, now, memory_order_relaxed);
    atomic_store_explicit(&lane->moments, TL_RECORDING_BOTH,
                          memory_order_relaxed);
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
