#include "trace/recording.h"

#include <unistd.h>

#include "base/world.h"
#include "trace/places.h"
#include "trace/ticks.h"

#define CALL_SHIFT TL_NUMBER_BITS

static uint32_t depth_of(const struct tl_lane *lane)
{
    /* relaxed: only this task writes it */
    return atomic_load_explicit(&lane->depth, memory_order_relaxed);
}

static struct tl_lane_open *innermost(struct tl_lane *lane)
{
    uint32_t depth = depth_of(lane);
    return depth ? &lane->open[depth - 1] : NULL;
}

/* relaxed, here and in all that is kept of what is open: it is read where its
 * task is dead, or as a guess */
static uint64_t position_of(const struct tl_lane_open *open)
{
    return atomic_load_explicit(&open->position, memory_order_relaxed);
}

static int64_t slept_of(const struct tl_lane_open *open)
{
    return atomic_load_explicit(&open->slept, memory_order_relaxed);
}

static void set_began(struct tl_lane *lane, struct tl_lane_open *open,
                      int64_t now)
{
    open->began = now;
    /* relaxed: the release of HEAD comes after it */
    atomic_store_explicit(&tl_lane_unit(lane, position_of(open))->words[1],
                          (uint64_t)now, memory_order_relaxed);
}

/* ---- ends ---- */

/* Writes what the unit cannot hold of the operation: how far behind it. */
static uint64_t write_more(struct tl_lane *lane,
                           const struct tl_lane_open *open, int64_t ended,
                           uint64_t message)
{
    uint64_t distance =
        atomic_load_explicit(&lane->written, memory_order_relaxed) -
        position_of(open);
    uint64_t words[TL_LANE_WORDS - 1] = {[TL_LANE_MORE_ENDED - 1] =
                                             (uint64_t)ended,
                                         [TL_LANE_MORE_MESSAGE - 1] = message};
    if (slept_of(open)) {
        words[TL_LANE_MORE_SLEPT - 1] = (uint64_t)slept_of(open);
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

/* The bits of HEAD that tell it. */
static uint64_t told(struct tl_lane *lane, const struct tl_lane_open *open,
                     int64_t ended, uint64_t message)
{
    /* relaxed: a recording that is over has read it as open */
    if (atomic_load_explicit(&tl_lanes->epoch, memory_order_relaxed) ==
            lane->enrolled &&
        tl_lane_has_room(lane, TL_LANE_WORDS / 2, 0))
        return TL_LANE_HAS_MORE | write_more(lane, open, ended, message)
                                      << TL_LANE_NUMBER_SHIFT;
    return 0;
}

static bool is_brief(const struct tl_lane_open *open)
{
    return open->moments != TL_RECORDING_BOTH && !open->around &&
           !slept_of(open);
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
    struct tl_lane_open *open = innermost(lane);
    uint64_t position = position_of(open), message = lane->message;
    _Atomic uint64_t *head = tl_lane_unit(lane, position)->words;
    lane->message = 0;
    /* the reader may have passed it by, in a recording before, and the task
     * have gone round since; relaxed: see tl_lane_has_room */
    if (atomic_load_explicit(&lane->written, memory_order_relaxed) - position <=
        TL_LANE_UNITS) {
        uint64_t bits = message << TL_LANE_NUMBER_SHIFT;
        if (!is_brief(open) || message > TL_LANE_NUMBER_MOST)
            bits = told(lane, open, now ? ticks_after() : likely_end(open),
                        message);
        else if (open->moments == TL_RECORDING_END && now)
            set_began(lane, open, ticks_after());
        bits |= (uint64_t)result << TL_LANE_RESULT_SHIFT;
        /* release: pairs with the acquire in tl_drain_lane.  commit */
        atomic_store_explicit(
            head,
            (atomic_load_explicit(head, memory_order_relaxed) & ~TL_LANE_OPEN) |
                bits,
            memory_order_release);
    }
    /* relaxed: see depth_of */
    atomic_store_explicit(&lane->depth, depth_of(lane) - 1,
                          memory_order_relaxed);
}

/* Ends what cannot go on, as something begins at `frame`. */
static void settle(struct tl_lane *lane, uintptr_t frame, bool idle)
{
    struct tl_lane_open *open;
    while ((open = innermost(lane))) {
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
    while ((open = innermost(lane)) && open->frame && open->frame <= here)
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
    struct tl_lane_open *open = innermost(lane);
    if (open && open->frame == frame)
        close_operation(lane, true, result);
    lane->call = *before;
}

void tl_recording_end(enum tl_trace_result result)
{
    struct tl_lane *lane = tl_lane;
    struct tl_lane_open *open = lane ? innermost(lane) : NULL;
    if (open && open->frame == lane->call.frame)
        close_operation(lane, true, result);
}

/* ---- an operation's beginning ---- */

/* Something begins within it. */
static void surround(struct tl_lane *lane, struct tl_lane_open *open)
{
    open->around = true;
    if (!open->began)
        set_began(lane, open, tl_recording_ticks());
}

static void open_operation(struct tl_lane *lane, uint64_t place,
                           enum tl_recording_moments moments, bool idle)
{
    uint32_t depth = depth_of(lane);
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
    if (depth_of(lane))
        settle(lane, lane->call.frame, idle);
    uint32_t depth = depth_of(lane);
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

static void last(struct tl_lane *lane, struct tl_lane_open *open, int64_t now)
{
    open->moments = TL_RECORDING_BOTH;
    if (!open->began)
        set_began(lane, open, now);
}

void tl_recording_lasts(void)
{
    struct tl_lane_open *open = tl_lane ? innermost(tl_lane) : NULL;
    if (open)
        last(tl_lane, open, tl_recording_ticks());
}

/* ---- sleeps, and those who end them ---- */

/* relaxed: it does not change while a recording goes on */
static int64_t origin(void)
{
    return atomic_load_explicit(&tl_lanes->origin, memory_order_relaxed);
}

static struct tl_lane_open *open_here(void)
{
    return tl_lane ? innermost(tl_lane) : NULL;
}

/* relaxed, all stores: see position_of */
void tl_recording_sleeps(void)
{
    struct tl_lane_open *open = open_here();
    if (!open)
        return;
    int64_t now = tl_recording_ticks();
    if (!open->began)
        set_began(tl_lane, open, now);
    if (!slept_of(open)) {
        atomic_store_explicit(&open->waited, 0, memory_order_relaxed);
        atomic_store_explicit(&open->called, 0, memory_order_relaxed);
        atomic_store_explicit(&open->waker, 0, memory_order_relaxed);
        atomic_store_explicit(&open->slept, now, memory_order_relaxed);
    }
    open->awake = -now; /* since then it sleeps */
}

/* Who called last. */
static void note_caller(struct tl_lane *lane, struct tl_lane_open *open)
{
    /* acquire: pairs with the release in tl_recording_calls, so that the
     * caller's lane shows its tenant of then */
    uint64_t call = atomic_load_explicit(&lane->called, memory_order_acquire);
    int64_t time = origin() + (int64_t)(call >> CALL_SHIFT);
    if (!call || time < open->began)
        return;
    /* relaxed: as above */
    uint32_t caller = atomic_load_explicit(
        &tl_lanes->lanes[call & TL_NUMBER_MASK].task, memory_order_relaxed);
    atomic_store_explicit(&open->waker, caller, memory_order_relaxed);
    atomic_store_explicit(&open->called, time, memory_order_relaxed);
}

void tl_recording_awake(void)
{
    struct tl_lane_open *open = open_here();
    if (!open || open->awake >= 0)
        return;
    int64_t now = tl_recording_ticks();
    uint64_t waited = atomic_load_explicit(&open->waited, memory_order_relaxed);
    atomic_store_explicit(&open->waited, waited + (uint64_t)(now + open->awake),
                          memory_order_relaxed);
    open->awake = now;
    note_caller(tl_lane, open);
}

/* The slot says where the task is at home: in another arena, since its last
 * sleep; and another program's task there is none of ours. */
void tl_recording_calls(const struct tl_task *task)
{
    uint32_t number = tl_arena == TL_HOME ? tl_task_number(task) : task->home;
    if (!tl_lanes || number >= TL_LANES)
        return;
    struct tl_lane *lane = &tl_lanes->lanes[number];
    /* relaxed, both: it tells our tasks from others', and does not change while
     * the task sleeps */
    if (atomic_load_explicit(&lane->tid, memory_order_relaxed) !=
        atomic_load_explicit(&task->tid, memory_order_relaxed))
        return;
    int64_t now = tl_recording_ticks();
    struct tl_lane_open *open = open_here();
    if (open)
        last(tl_lane, open, now); /* it calls within it */
    uint64_t call = (uint64_t)(now - origin()) << CALL_SHIFT |
                    (tl_task_id_in(TL_HOME) & TL_NUMBER_MASK);
    /* release: pairs with the acquire in note_caller */
    atomic_store_explicit(&lane->called, call, memory_order_release);
}

/* ---- the end of the task ---- */

/* Says of the operation what its task knew. */
static void leave(struct tl_lane *lane, const struct tl_lane_open *open)
{
    uint64_t position = position_of(open);
    _Atomic uint64_t *head = tl_lane_unit(lane, position)->words;
    /* relaxed, all but the last: the death, or end, came before */
    uint64_t bits = atomic_load_explicit(head, memory_order_relaxed);
    if (position >=
            atomic_load_explicit(&lane->written, memory_order_relaxed) ||
        position < atomic_load_explicit(&lane->drained, memory_order_relaxed) ||
        (bits & TL_LANE_WHAT) != TL_LANE_OPERATION || !(bits & TL_LANE_OPEN))
        return;
    /* release: the record before the word that tells of it; pairs with the
     * acquire in tl_drain_lane */
    atomic_store_explicit(head, bits | told(lane, open, 0, 0),
                          memory_order_release);
}

void tl_recording_leave(struct tl_lane *lane)
{
    uint32_t depth = depth_of(lane);
    for (uint32_t n = 0; n < depth && n < TL_LANE_NESTED; n++)
        leave(lane, &lane->open[n]);
}

void tl_recording_ended(int exitcode)
{
    struct tl_lane *lane = tl_lane;
    if (!lane || !tl_recording_is_enrolled(lane))
        return;
    settle(lane, lane->call.frame, false);
    while (depth_of(lane))
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
