#include "trace/recording.h"

#include <unistd.h>

#include "base/world.h"
#include "trace/open.h"
#include "trace/places.h"
#include "trace/ticks.h"

/* ---- ends ---- */

static bool is_brief(const struct tl_lane_open *open)
{
    return open->moments != TL_RECORDING_BOTH && !open->around &&
           !tl_open_slept(open);
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

static void close_operation(struct tl_lane *lane, bool now,
                            enum tl_trace_result result)
{
    struct tl_lane_open *open = tl_open_innermost(lane);
    uint64_t position = tl_open_position(open), message = lane->message;
    _Atomic uint64_t *head = tl_lane_unit(lane, position)->words;
    lane->message = 0;
    /* the reader may have passed it by, in a recording before, and the task
     * have gone round since; relaxed: see tl_lane_has_room */
    if (atomic_load_explicit(&lane->written, memory_order_relaxed) - position <=
        TL_LANE_UNITS) {
        uint64_t bits = message << TL_LANE_NUMBER_SHIFT;
        if (!is_brief(open) || message > TL_LANE_NUMBER_MOST)
            bits = tl_open_tell(
                lane, open, now ? ticks_after() : likely_end(open), message);
        else if (open->moments == TL_RECORDING_END && now)
            tl_open_set_began(lane, open, ticks_after());
        bits |= (uint64_t)result << TL_LANE_RESULT_SHIFT;
        /* release: pairs with the acquire in tl_drain_lane.  commit */
        atomic_store_explicit(
            head,
            (atomic_load_explicit(head, memory_order_relaxed) & ~TL_LANE_OPEN) |
                bits,
            memory_order_release);
    }
    /* relaxed: see tl_open_depth */
    atomic_store_explicit(&lane->depth, tl_open_depth(lane) - 1,
                          memory_order_relaxed);
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

/* That call is gone: an error has passed it.  What is left of the one before.
 */
static void pass(struct tl_lane *lane, uintptr_t here)
{
    struct tl_lane_open *open;
    while ((open = tl_open_innermost(lane)) && open->frame &&
           open->frame <= here)
        close_operation(lane, false, TL_TRACE_RAISED);
    lane->call = (struct tl_recording_call){.frame = open ? open->frame : 0};
}

void tl_recording_call(uintptr_t frame, void *caller,
                       struct tl_recording_site site,
                       struct tl_recording_call *before)
{
    struct tl_lane *lane = tl_lane;
    if (!lane) {
        *before = (struct tl_recording_call){0};
        return;
    }
    if (__builtin_expect(lane->call.frame && lane->call.frame <= frame, 0))
        pass(lane, frame);
    *before = lane->call;
    lane->call.frame = frame;
    lane->call.caller = caller;
    lane->call.site = site;
}

void tl_recording_return(uintptr_t frame,
                         const struct tl_recording_call *before,
                         enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    struct tl_lane_open *open = tl_open_innermost(lane);
    if (open && open->frame == frame)
        close_operation(lane, true, result);
    lane->call = *before;
}

void tl_recording_end(enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    struct tl_lane_open *open = lane ? tl_open_innermost(lane) : NULL;
    if (open && open->frame == lane->call.frame)
        close_operation(lane, true, result);
}

/* ---- an operation's beginning ---- */

/* Something begins within it. */
static void surround(struct tl_lane *lane, struct tl_lane_open *open)
{
    open->around = true;
    if (!open->began)
        tl_open_set_began(lane, open, tl_recording_ticks());
}

static void open_operation(struct tl_lane *lane, uint64_t place,
                           enum tl_recording_moments moments, bool idle)
{
    uint32_t depth = tl_open_depth(lane);
    struct tl_lane_open *open = &lane->open[depth];
    int64_t now = moments == TL_RECORDING_END ? 0 : tl_recording_ticks();
    /* relaxed: see tl_lane_has_room */
    uint64_t position =
        atomic_load_explicit(&lane->written, memory_order_relaxed);
    struct tl_unit *unit = tl_lane_unit(lane, position);
    /* relaxed, all: the release below comes after them */
    atomic_store_explicit(&unit->words[0],
                          TL_LANE_OPERATION | TL_LANE_OPEN |
                              place << TL_LANE_UNITS_SHIFT,
                          memory_order_relaxed);
    atomic_store_explicit(&unit->words[1], (uint64_t)now, memory_order_relaxed);
    atomic_store_explicit(&open->slept, 0, memory_order_relaxed);
    atomic_store_explicit(&open->position, position, memory_order_relaxed);
    open->moments = (uint8_t)moments;
    open->idle = idle;
    open->around = false;
    open->frame = lane->call.frame;
    open->began = now;
    open->awake = 0;
    atomic_store_explicit(&lane->depth, depth + 1, memory_order_relaxed);
    lane->message = 0;
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&lane->written, position + 1, memory_order_release);
    if ((position + 1) % TL_LANE_STRETCH == 0)
        tl_lane_stretch(lane, position + 1);
}

static void lose(struct tl_lane *lane)
{
    /* relaxed: a count; only this task writes it */
    uint64_t lost = atomic_load_explicit(&lane->lost, memory_order_relaxed);
    atomic_store_explicit(&lane->lost, lost + 1, memory_order_relaxed);
}

void tl_recording_operation(uint32_t operation, const struct tl_object *object,
                            enum tl_recording_moments moments, bool idle)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    /* acquire: see epoch_now in recording_tasks.c */
    if (__builtin_expect(
            atomic_load_explicit(&tl_lanes->epoch, memory_order_acquire) !=
                lane->enrolled,
            0) &&
        !tl_recording_is_enrolled(lane)) {
        if (lane->epoch % 2 == 1)
            lose(lane);
        return;
    }
    if (tl_open_depth(lane))
        settle(lane, lane->call.frame, idle);
    uint32_t depth = tl_open_depth(lane);
    if (depth)
        surround(lane, &lane->open[depth - 1]);
    uint32_t place =
        depth < TL_LANE_NESTED && tl_lane_has_room(lane, 1, TL_LANE_SPARE)
            ? tl_places_entry(lane, operation, object)
            : 0;
    if (place && tl_lane_has_room(lane, 1, TL_LANE_SPARE))
        open_operation(lane, place, moments, idle);
    else
        lose(lane);
}

/* ---- the end of the task ---- */

void tl_recording_ended(int exitcode)
{
    struct tl_lane *lane = tl_lane;
    if (!lane || !tl_recording_is_enrolled(lane))
        return;
    settle(lane, lane->call.frame, false);
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
