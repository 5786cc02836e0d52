/*
 * Recording, sleeps: what is told of an operation while it goes on.
 */
#include "trace/brief.h"
#include "trace/open.h"
#include "trace/recording.h"

#define CALL_SHIFT TL_NUMBER_BITS

static void last(struct tl_lane *lane, struct tl_lane_open *open, int64_t now)
{
    open->moments = TL_RECORDING_BOTH;
    if (!open->began)
        tl_open_set_began(lane, open, now);
}

/* What goes on, if anything does. */
static void lasts(struct tl_lane *lane, int64_t now)
{
    struct tl_lane_open *open = tl_open_innermost(lane);
    if (tl_open_is_brief(lane))
        tl_brief_lasts(lane, now);
    else if (open)
        last(lane, open, now);
}

void tl_recording_lasts(void)
{
    if (tl_lane)
        lasts(tl_lane, tl_recording_ticks());
}

/* ---- sleeps, and those who end them ---- */

/* relaxed: it does not change while a recording goes on */
static int64_t origin(void)
{
    return atomic_load_explicit(&tl_lanes->origin, memory_order_relaxed);
}

/* relaxed, all stores: see tl_open_position */
void tl_recording_sleeps(void)
{
    struct tl_lane *lane = tl_lane;
    if (!lane)
        return;
    tl_open_any_brief(lane);
    struct tl_lane_open *open = tl_open_innermost(lane);
    if (!open)
        return;
    int64_t now = tl_recording_ticks();
    last(lane, open, now);
    if (!tl_open_slept(open)) {
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
    struct tl_lane_open *open = tl_lane ? tl_open_innermost(tl_lane) : NULL;
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
    if (tl_lane)
        lasts(tl_lane, now); /* it calls within it */
    uint64_t call = (uint64_t)(now - origin()) << CALL_SHIFT |
                    (tl_task_id_in(TL_HOME) & TL_NUMBER_MASK);
    /* release: pairs with the acquire in note_caller */
    atomic_store_explicit(&lane->called, call, memory_order_release);
}
