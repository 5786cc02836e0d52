#include "trace/recording.h"

#include <unistd.h>

#include "base/world.h"
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
static inline void commit_end(const struct tl_lane_open *open, uint64_t bits,
                              enum tl_trace_result result)
{
    _Atomic uint64_t *head = open->unit->words;
    bits |= (uint64_t)result << TL_LANE_RESULT_SHIFT;
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(
        head,
        (atomic_load_explicit(head, memory_order_relaxed) & ~TL_LANE_OPEN) |
            bits,
        memory_order_release);
}

static inline void leave(struct tl_lane *lane)
{
    lane->message = 0;
    /* relaxed: see tl_open_depth */
    atomic_store_explicit(&lane->depth, tl_open_depth(lane) - 1,
                          memory_order_relaxed);
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

static inline void enter(struct tl_lane *lane, uintptr_t frame, void *caller,
                         uint64_t site, struct tl_recording_call *before)
{
    *before = lane->call;
    lane->call.frame = frame;
    lane->call.caller = caller;
    lane->call.site = site;
}

__attribute__((noinline)) static void
enter_past(struct tl_lane *lane, uintptr_t frame, void *caller, uint64_t site,
           struct tl_recording_call *before)
{
    pass(lane, frame);
    enter(lane, frame, caller, site, before);
}

void tl_recording_call(uintptr_t frame, void *caller, uint64_t site,
                       struct tl_recording_call *before)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        *before = (struct tl_recording_call){0};
    else if (__builtin_expect(lane->call.frame && lane->call.frame <= frame, 0))
        enter_past(lane, frame, caller, site, before);
    else
        enter(lane, frame, caller, site, before);
}

/* Nothing was written since the innermost one began, with one moment, and all
 * that is told of it is in its unit.  Where the clock is no counter that takes
 * a call, for which all others would save their registers. */
static inline bool is_all_in_unit(const struct tl_lane *lane,
                                  const struct tl_lane_open *open)
{
    return is_brief(open) && lane->next == open->unit + 1 &&
           lane->message <= TL_LANE_NUMBER_MOST && tl_lanes->counter;
}

static inline void close_brief(struct tl_lane *lane,
                               const struct tl_lane_open *open,
                               enum tl_trace_result result)
{
    if (open->moments == TL_RECORDING_END) {
        tl_ticks_after();
        /* relaxed: the release of HEAD comes after it */
        atomic_store_explicit(&open->unit->words[1],
                              (uint64_t)tl_ticks_counter(),
                              memory_order_relaxed);
    }
    commit_end(open, lane->message << TL_LANE_NUMBER_SHIFT, result);
    leave(lane);
}

/* True: for who returns that. */
__attribute__((noinline)) static bool close_other(struct tl_lane *lane,
                                                  enum tl_trace_result result)
{
    close_operation(lane, true, result);
    return true;
}

bool tl_recording_return(uintptr_t frame,
                         const struct tl_recording_call *before,
                         enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return false;
    struct tl_lane_open *open = tl_open_innermost(lane);
    bool ends = open && open->frame == frame;
    lane->call = *before;
    if (!ends)
        return false;
    if (__builtin_expect(!is_all_in_unit(lane, open), 0))
        return close_other(lane, result);
    close_brief(lane, open, result);
    return true;
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
    open->moments = TL_RECORDING_BOTH;
    if (!open->began)
        tl_open_set_began(lane, open, tl_recording_ticks());
}

/* `now`: when it began; 0: not known. */
static inline void open_operation(struct tl_lane *lane, uint32_t depth,
                                  uint64_t place, int64_t now,
                                  enum tl_recording_moments moments, bool idle)
{
    struct tl_lane_open *open = &lane->open[depth];
    /* relaxed: see tl_lane_has_room */
    uint64_t position =
        atomic_load_explicit(&lane->written, memory_order_relaxed);
    struct tl_unit *unit = lane->next;
    /* relaxed, all: the release below comes after them */
    atomic_store_explicit(&unit->words[0],
                          TL_LANE_OPERATION | TL_LANE_OPEN |
                              place << TL_LANE_UNITS_SHIFT,
                          memory_order_relaxed);
    atomic_store_explicit(&unit->words[1], (uint64_t)now, memory_order_relaxed);
    atomic_store_explicit(&open->slept, 0, memory_order_relaxed);
    atomic_store_explicit(&open->position, position, memory_order_relaxed);
    open->unit = unit;
    open->moments = (uint8_t)moments;
    open->idle = idle;
    open->frame = lane->call.frame;
    open->began = now;
    open->awake = 0;
    atomic_store_explicit(&lane->depth, depth + 1, memory_order_relaxed);
    lane->message = 0;
    /* release: pairs with the acquire in tl_drain_lane.  commit */
    atomic_store_explicit(&lane->written, position + 1, memory_order_release);
    lane->next = unit + 1;
    if (__builtin_expect((position + 1) % TL_LANE_STRETCH == 0, 0))
        tl_lane_move_on(lane);
}

static void lose(struct tl_lane *lane)
{
    /* relaxed: a count; only this task writes it */
    uint64_t lost = atomic_load_explicit(&lane->lost, memory_order_relaxed);
    atomic_store_explicit(&lane->lost, lost + 1, memory_order_relaxed);
}

static bool is_of_now(const struct tl_lane *lane)
{
    /* acquire: see epoch_now in recording_tasks.c */
    return atomic_load_explicit(&tl_lanes->epoch, memory_order_acquire) ==
           lane->enrolled;
}

/* What begins within another operation, is at a place that is not known yet,
 * finds no room, or goes by a clock that is no counter. */
__attribute__((noinline)) static void
begin(struct tl_lane *lane, uint32_t operation, const struct tl_object *object,
      enum tl_recording_moments moments, bool idle)
{
    if (!is_of_now(lane) && !tl_recording_is_enrolled(lane)) {
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
        open_operation(lane, depth, place,
                       moments == TL_RECORDING_END ? 0 : tl_recording_ticks(),
                       moments, idle);
    else
        lose(lane);
}

void tl_recording_operation(uint32_t operation, const struct tl_object *object,
                            enum tl_recording_moments moments, bool idle)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    uint32_t place = is_of_now(lane) && tl_lanes->counter &&
                             !tl_open_depth(lane) &&
                             tl_lane_room_is_known(lane, 1, TL_LANE_SPARE)
                         ? tl_places_known(lane, operation, object)
                         : 0;
    if (__builtin_expect(place != 0, 1))
        open_operation(lane, 0, place,
                       moments == TL_RECORDING_END ? 0 : tl_ticks_counter(),
                       moments, idle);
    else
        begin(lane, operation, object, moments, idle);
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
