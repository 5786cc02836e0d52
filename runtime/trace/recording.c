#include "trace/recording.h"

#include <unistd.h>

#include "base/world.h"
#include "trace/brief.h"
#include "trace/open.h"
#include "trace/places.h"
#include "trace/ticks.h"

/* ---- ends ---- */

static bool is_brief(const struct tl_lane_open *open)
{
    return open->moments != TL_RECORDING_BOTH;
}

/* Of one that nobody has told of. */
static int64_t likely_end(const struct tl_lane_open *open)
{
    return open->awake > 0 ? open->awake : open->began;
}

static int64_t ticks_after(void)
{
    tl_ticks_after();
    return tl_recording_ticks();
}

/* The end of the innermost one, as the bits say, with its result. */
static void commit_end(const struct tl_lane_open *open, uint64_t bits,
                       enum tl_trace_result result)
{
    tl_unit *head = open->unit;
    bits |= (uint64_t)result << TL_LANE_RESULT_SHIFT;
    /* release: pairs with the acquires in trace/drain.  commit */
    atomic_store_explicit(
        head,
        (atomic_load_explicit(head, memory_order_relaxed) & ~TL_LANE_OPEN) |
            bits,
        memory_order_release);
}

/* Says what the next brief ones count from, where the last is too far away from
 * this one, whose end is told: else none would fit. */
static void set_base(struct tl_lane *lane, const struct tl_lane_open *open,
                     uint64_t message)
{
    /* relaxed: only this task writes it */
    uint64_t number = atomic_load_explicit(open->unit, memory_order_relaxed) >>
                      TL_LANE_UNITS_SHIFT;
    /* % as the unit may be the reader's again, which is past it then */
    uint64_t entry = (number - 1) % TL_LANE_PLACES;
    struct tl_lane_place *place = &lane->places[entry];
    uint64_t time = (uint64_t)open->began;
    /* with a bit to spare for what comes until the next */
    bool late = time > lane->base &&
                (time - lane->base) >> (TL_LANE_BRIEF_TIME_BITS - 1) != 0;
    bool other = message && tl_brief_told(message, place->message) >>
                                    (TL_LANE_BRIEF_MESSAGE_BITS - 1) !=
                                0;
    if (!late && !other)
        return;
    uint64_t words[TL_LANE_WORDS - 1] = {
        [TL_LANE_BASE_TIME - 1] = late ? time : lane->base,
        [TL_LANE_BASE_PLACE - 1] = entry,
        [TL_LANE_BASE_MESSAGE - 1] = other ? message : place->message};
    if (!tl_lane_is_of_now(lane) ||
        !tl_lane_has_room(lane, TL_LANE_WORDS, TL_LANE_SPARE))
        return;
    tl_lane_write_words(lane, TL_LANE_BASE, words);
    lane->base = words[TL_LANE_BASE_TIME - 1];
    place->message = words[TL_LANE_BASE_MESSAGE - 1];
}

static void leave(struct tl_lane *lane)
{
    uint32_t depth = tl_open_depth(lane) - 1;
    lane->message = 0;
    /* relaxed: see tl_open_depth */
    atomic_store_explicit(&lane->depth, depth, memory_order_relaxed);
    if (depth == 0)
        tl_lane_look(lane);
}

static void close_operation(struct tl_lane *lane, bool now,
                            enum tl_trace_result result)
{
    struct tl_lane_open *open = tl_open_innermost(lane);
    uint64_t message = lane->message;
    if (tl_open_has_unit(lane, open)) {
        uint64_t bits = message << TL_LANE_NUMBER_SHIFT;
        if (!is_brief(open) || message > TL_LANE_NUMBER_MOST)
            bits = tl_open_tell(
                lane, open, now ? ticks_after() : likely_end(open), message);
        else if (open->moments == TL_RECORDING_END && now)
            tl_open_set_began(lane, open, ticks_after());
        commit_end(open, bits, result);
        set_base(lane, open, message);
    }
    leave(lane);
}

/* Ends what cannot go on, as something begins at `frame`. */
static void settle(struct tl_lane *lane, uintptr_t frame, bool idle)
{
    struct tl_lane_open *open;
    while ((open = tl_open_innermost(lane))) {
        if (open->idle == idle && open->frame && open->frame == frame) {
            close_operation(lane, true, TL_TRACE_DONE);
            continue;
        }
        if ((idle && !open->idle) ||
            (open->idle == idle && frame && open->frame > frame))
            return; /* that one lies around it */
        close_operation(lane, false,
                        open->frame ? TL_TRACE_RAISED : TL_TRACE_UNKNOWN);
    }
}

/* Ends what calls have left open that an error has passed: the frame of the one
 * that goes on, or 0. */
static uintptr_t pass(struct tl_lane *lane, uintptr_t here)
{
    struct tl_lane_open *open;
    while ((open = tl_open_innermost(lane)) && open->frame &&
           open->frame <= here)
        close_operation(lane, false, TL_TRACE_RAISED);
    return open ? open->frame : 0;
}

void tl_recording_call(uintptr_t frame, void *caller, uint64_t site,
                       struct tl_recording_call *before)
{
    struct tl_lane *lane = tl_lane;
    struct tl_recording_call *here = &tl_recording_innermost;
    if (lane)
        tl_open_any_brief(lane);
    if (here->frame && here->frame <= frame)
        *here =
            (struct tl_recording_call){.frame = lane ? pass(lane, frame) : 0};
    *before = *here;
    *here = (struct tl_recording_call){frame, caller, site};
}

static bool close_any(struct tl_lane *lane, uintptr_t frame,
                      enum tl_trace_result result)
{
    tl_open_any_brief(lane);
    if (frame)
        pass(lane, frame - 1); /* of calls within it */
    const struct tl_lane_open *open = tl_open_innermost(lane);
    bool ends = open && open->frame == frame;
    if (ends)
        close_operation(lane, true, result);
    return ends;
}

__attribute__((noinline)) static bool return_of(uintptr_t frame,
                                                enum tl_trace_result result)
{
    bool ended = tl_lane && close_any(tl_lane, frame, result);
    tl_recording_innermost.frame = 0;
    return ended;
}

bool tl_recording_return(uintptr_t frame, enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    if (!lane || tl_recording_innermost.frame != frame ||
        !tl_brief_end(lane, result))
        return return_of(frame, result);
    tl_recording_innermost.frame = 0;
    return true;
}

void tl_recording_end(enum tl_trace_result result)
{
    if (tl_lane)
        close_any(tl_lane, tl_recording_innermost.frame, result);
}

/* ---- an operation's beginning ---- */

/* Something begins within it. */
static void surround(struct tl_lane *lane, struct tl_lane_open *open)
{
    open->moments = TL_RECORDING_BOTH;
    if (!open->began)
        tl_open_set_began(lane, open, tl_recording_ticks());
}

/* `now`: when it began; 0: not known. */
static void open_operation(struct tl_lane *lane, uint32_t depth, uint64_t place,
                           int64_t now, enum tl_recording_moments moments,
                           bool idle)
{
    struct tl_lane_open *open = &lane->open[depth];
    uint64_t position = tl_lane_written(lane);
    tl_unit *unit = lane->next;
    /* relaxed, all: the release below comes after them */
    atomic_store_explicit(&unit[0],
                          TL_LANE_OPERATION | TL_LANE_OPEN |
                              place << TL_LANE_UNITS_SHIFT,
                          memory_order_relaxed);
    atomic_store_explicit(&unit[1], (uint64_t)now, memory_order_relaxed);
    atomic_store_explicit(&open->slept, 0, memory_order_relaxed);
    atomic_store_explicit(&open->position, position, memory_order_relaxed);
    open->unit = unit;
    open->moments = (uint8_t)moments;
    open->idle = idle;
    open->frame = tl_recording_innermost.frame;
    open->began = now;
    open->awake = 0;
    atomic_store_explicit(&lane->depth, depth + 1, memory_order_relaxed);
    lane->stop = NULL;
    lane->message = 0;
    /* release: pairs with the acquires in trace/drain.  commit */
    atomic_store_explicit(&lane->written, position + TL_LANE_OPERATION_UNITS,
                          memory_order_release);
    lane->next = unit + TL_LANE_OPERATION_UNITS;
}

static void lose(struct tl_lane *lane)
{
    /* relaxed: a count; only this task writes it */
    uint64_t lost = atomic_load_explicit(&lane->lost, memory_order_relaxed);
    atomic_store_explicit(&lane->lost, lost + 1, memory_order_relaxed);
}

/* Ends what is over, and tells what goes on that this begins within it: how
 * much that is. */
static uint32_t make_way(struct tl_lane *lane, bool idle)
{
    if (tl_open_depth(lane))
        settle(lane, tl_recording_innermost.frame, idle);
    uint32_t depth = tl_open_depth(lane);
    if (depth)
        surround(lane, &lane->open[depth - 1]);
    return depth;
}

void tl_recording_operation(uint32_t operation, const struct tl_object *object,
                            enum tl_recording_moments moments, bool idle)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    if (!object)
        object = &tl_places_nothing;
    tl_open_any_brief(lane);
    if (!tl_lane_is_of_now(lane) && !tl_recording_is_enrolled(lane)) {
        if (lane->epoch % 2 == 1)
            lose(lane);
        return;
    }
    uint32_t depth = make_way(lane, idle);
    uint64_t place =
        depth < TL_LANE_NESTED &&
                tl_lane_has_room(lane, TL_LANE_OPERATION_UNITS, TL_LANE_SPARE)
            ? tl_places_entry(lane, operation, object)
            : 0;
    if (!place || !tl_lane_look(lane))
        lose(lane);
    else if (depth || !tl_brief_begin(lane, operation, object, moments))
        open_operation(lane, depth, place,
                       moments == TL_RECORDING_END ? 0 : tl_recording_ticks(),
                       moments, idle);
}

/* ---- the end of the task ---- */

void tl_recording_ended(int exitcode)
{
    struct tl_lane *lane = tl_lane;
    if (!lane || !tl_recording_is_enrolled(lane))
        return;
    tl_open_any_brief(lane);
    settle(lane, tl_recording_innermost.frame, false);
    while (tl_open_depth(lane))
        close_operation(lane, true, TL_TRACE_DONE);
    tl_recording_write_end(
        lane, atomic_load_explicit(&lane->task, memory_order_relaxed),
        exitcode || lane->failed ? TL_TRACE_FAILED : TL_TRACE_ENDED, 0);
    tl_lane = NULL;
}

void tl_recording_finish(int exitcode)
{
    tl_recording_ended(exitcode);
}
