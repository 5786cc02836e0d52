#include "trace/recording_tasks.h"

#include <string.h>
#include <unistd.h>

#include "base/world.h"
#include "trace/open.h"

struct tl_recording_words tl_recording_words;

int64_t tl_recording_clock(void)
{
    int64_t now = tl_clock_now();
    if (tl_lanes->simulated)
        /* relaxed: one task runs at a time */
        now += atomic_fetch_add_explicit(&tl_lanes->moments, 1,
                                         memory_order_relaxed);
    return now;
}

/* ---- the lane of a task ---- */

static uint32_t epoch_now(void)
{
    /* acquire: what tl_recording_begin has set before; pairs with its release
     */
    return atomic_load_explicit(&tl_lanes->epoch, memory_order_acquire);
}

/* The number of the task with this id, if it is (still) known. */
static uint32_t task_of(uint32_t id)
{
    const struct tl_lane *lane = &tl_lanes->lanes[id & TL_NUMBER_MASK];
    /* relaxed: a parent has written its own before it forked or made this
     * thread, which orders it; anybody else's is looked for once it is dead */
    return id && atomic_load_explicit(&lane->id, memory_order_relaxed) == id
               ? atomic_load_explicit(&lane->task, memory_order_relaxed)
               : 0;
}

static void set_lane(struct tl_lane *lane, uint32_t epoch, bool thread)
{
    uint32_t id = tl_task_id_in(TL_HOME);
    lane->epoch = epoch;
    tl_lane_begin(lane);
    lane->enrolled = TL_LANE_NOT_ENROLLED;
    if (lane->used) /* what the one before has told is not told of this one */
        memset(lane->places, 0, sizeof lane->places);
    lane->used = true;
    lane->failed = false;
    lane->message = 0;
    lane->thread = thread;
    /* relaxed, all: see task_of; a caller that finds an old one is off by one
     * tenant, in a word that is a hint */
    atomic_store_explicit(&lane->depth, 0, memory_order_relaxed);
    atomic_store_explicit(&lane->task, 0, memory_order_relaxed);
    atomic_store_explicit(&lane->id, id, memory_order_relaxed);
    atomic_store_explicit(&lane->tid, (int32_t)gettid(), memory_order_relaxed);
}

static void raise_highest(uint32_t number)
{
    uint32_t seen =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    /* relaxed: the reader that misses it comes again, and its last look is
     * after all tasks have gone */
    while (seen < number && !atomic_compare_exchange_weak_explicit(
                                &tl_lanes->highest, &seen, number,
                                memory_order_relaxed, memory_order_relaxed))
        ;
}

/* Tells of the task; false: there was no room, and the next operation tries
 * again. */
static bool introduce(struct tl_lane *lane)
{
    const struct tl_task *self = tl_task_in(TL_HOME);
    /* relaxed: only to give each another */
    uint32_t number = 1 + atomic_fetch_add_explicit(&tl_lanes->tasks, 1,
                                                    memory_order_relaxed);
    uint32_t flags = lane->thread ? TL_TRACE_THREAD : 0;
    struct tl_lane_note note = {
        .what = TL_LANE_TASK,
        .number = number,
        .spare = TL_LANE_KEPT,
        .words = {(uint64_t)flags << 32 | task_of(self->parent),
                  (uint64_t)tl_world_pid(getpid()),
                  (uint64_t)tl_recording_ticks(),
                  atomic_load_explicit(&lane->lost, memory_order_relaxed)},
        .texts = {self->name}};
    if (!tl_lane_write(lane, &note))
        return false;
    atomic_store_explicit(&lane->task, number, memory_order_relaxed);
    return true;
}

/* Whether the lane's task is part of a recording that goes on, and known there.
 */
bool tl_recording_is_enrolled(struct tl_lane *lane)
{
    uint32_t epoch = epoch_now();
    if (__builtin_expect(epoch != lane->epoch, 0))
        set_lane(lane, epoch, lane->thread);
    /* relaxed: this task's own */
    bool enrolled = epoch % 2 == 1 &&
                    (atomic_load_explicit(&lane->task, memory_order_relaxed) ||
                     introduce(lane));
    lane->enrolled = enrolled ? epoch : TL_LANE_NOT_ENROLLED;
    return enrolled;
}

void tl_recording_start(bool thread)
{
    tl_lane = NULL;
    if (!tl_lanes)
        return;
    uint32_t number = tl_task_id_in(TL_HOME) & TL_NUMBER_MASK;
    struct tl_lane *lane = &tl_lanes->lanes[number];
    raise_highest(number);
    int64_t unknown = 0;
    /* relaxed: the reader looks at it after it has found a record */
    atomic_compare_exchange_strong_explicit(
        &tl_lanes->origin, &unknown, tl_recording_ticks(), memory_order_relaxed,
        memory_order_relaxed);
    tl_recording_innermost = (struct tl_recording_call){0};
    if (lane->used)
        tl_lane_mend(lane);
    tl_open_leave(lane);
    set_lane(lane, epoch_now(), thread);
    tl_lane = lane;
    tl_recording_is_enrolled(lane);
}

void tl_recording_forget(void)
{
    tl_lane = NULL;
}

static _Thread_local struct tl_lane *paused;

void tl_recording_pause(void)
{
    paused = tl_lane;
    tl_lane = NULL;
}

void tl_recording_resume(void)
{
    tl_lane = paused;
}

bool tl_recording_is_on(void)
{
    return tl_lane && epoch_now() % 2 == 1;
}

/* ---- ends, and marks ---- */

void tl_recording_write_end(struct tl_lane *lane, uint32_t task,
                            enum tl_trace_how how, int signal)
{
    tl_open_any_brief(lane);
    struct tl_lane_note note = {.what = TL_LANE_END,
                                .number = task,
                                .spare = TL_LANE_KEPT,
                                .words = {(uint64_t)tl_recording_ticks(),
                                          (uint64_t)how, (uint64_t)signal}};
    if (task && tl_recording_is_enrolled(lane))
        tl_lane_write(lane, &note);
}

void tl_recording_dead(const struct tl_task *task, int signal)
{
    if (tl_lane && tl_lane->epoch == epoch_now())
        tl_recording_write_end(tl_lane, task_of(tl_task_id(task)),
                               TL_TRACE_KILLED, signal);
}

void tl_recording_mark(const char *text)
{
    struct tl_lane *lane = tl_lane;
    if (lane)
        tl_open_any_brief(lane);
    if (!lane || !tl_recording_is_enrolled(lane))
        return;
    struct tl_lane_note note = {.what = TL_LANE_MARK,
                                .spare = TL_LANE_KEPT,
                                .words = {(uint64_t)tl_recording_ticks()},
                                .texts = {text}};
    tl_lane_write(lane, &note);
}

/* ---- the recording as a whole ---- */

int tl_recording_prepare(void)
{
    return tl_lanes_make();
}

/* A task that sleeps on has the number of a recording before, which would be
 * another's in this one. */
static void forget_numbers(void)
{
    /* relaxed, both: nobody writes them while no recording goes on */
    uint32_t highest =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    for (uint32_t n = 0; n <= highest; n++)
        atomic_store_explicit(&tl_lanes->lanes[n].task, 0,
                              memory_order_relaxed);
}

void tl_recording_open(int bell, bool simulated)
{
    forget_numbers();
    tl_lanes->bell = bell;
    tl_lanes->simulated = simulated;
    tl_lanes->counter = !simulated && tl_ticks_has_counter();
    /* relaxed, all four: the release below comes after them */
    atomic_store_explicit(&tl_lanes->tasks, 0, memory_order_relaxed);
    atomic_store_explicit(&tl_lanes->rung, 0, memory_order_relaxed);
    atomic_store_explicit(&tl_lanes->moments, 0, memory_order_relaxed);
    bool here = tl_arena_bases[TL_HOME] && tl_task_is_in(TL_HOME);
    atomic_store_explicit(&tl_lanes->origin, here ? tl_recording_ticks() : 0,
                          memory_order_relaxed);
    /* release: pairs with the acquire in epoch_now */
    atomic_fetch_add_explicit(&tl_lanes->epoch, 1, memory_order_release);
}

void tl_recording_stop(void)
{
    if (tl_lanes && epoch_now() % 2 == 1)
        atomic_fetch_add_explicit(&tl_lanes->epoch, 1, memory_order_release);
}

/* ---- the recorder, as the program sees it ---- */

static uint64_t sum_of(bool left)
{
    uint64_t sum = 0;
    uint32_t highest =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    /* relaxed, all: a guess */
    for (uint32_t n = 0; n <= highest; n++) {
        struct tl_lane *lane = &tl_lanes->lanes[n];
        uint64_t drained =
            atomic_load_explicit(&lane->drained, memory_order_relaxed);
        sum +=
            left ? atomic_load_explicit(&lane->written, memory_order_relaxed) -
                       drained
                 : drained;
    }
    return sum;
}

uint64_t tl_recording_progress(void)
{
    return sum_of(false) +
           atomic_load_explicit(&tl_lanes->writes, memory_order_relaxed);
}

uint64_t tl_recording_left(void)
{
    return sum_of(true);
}
