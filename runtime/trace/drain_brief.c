/*
 * Drain, brief: what is done of most operations, and so of nothing else.
 */
#include "trace/births.h"
#include "trace/brief.h"
#include "trace/drain.h"

/* So many units ahead are fetched: they are in the caches of the task's CPU. */
#define AHEAD 128

/* What is read goes by: a copy, which no byte that is written can change, for
 * all the compiler knows. */
struct view {
    int64_t origin;
    double worth;
    bool counter;
    const uint32_t *places;
    uint64_t *messages;
    uint64_t base;
};

static struct view view_of(struct tl_drain *drain,
                           struct tl_drain_reader *reader)
{
    if (drain->ticks.worth == 0)
        tl_ticks_learn(&drain->ticks);
    return (struct view){.origin = drain->origin,
                         .worth = drain->ticks.worth,
                         .counter = drain->ticks.counter,
                         .places = reader->places,
                         .messages = reader->messages,
                         .base = reader->base};
}

/* False: it is none, or does not fit; what the next counts from is as before
 * then. */
static inline bool put(struct view *view, const tl_unit *at,
                       struct tl_brief_spans *out)
{
    /* relaxed: the acquire of `written` came before, and it changes no more */
    uint64_t unit = atomic_load_explicit(at, memory_order_relaxed);
    if ((unit & TL_LANE_WHAT) != TL_LANE_BRIEF)
        return false;
    uint64_t entry = tl_brief_place(unit);
    uint64_t *last = &view->messages[entry];
    uint64_t message = tl_brief_message(unit, *last);
    uint64_t time = view->base + (unit >> TL_LANE_BRIEF_TIME_SHIFT);
    struct tl_brief_span span = {
        .place = view->places[entry],
        .message = message,
        .result =
            (enum tl_trace_result)(unit >> TL_LANE_BRIEF_RESULT_SHIFT & 3),
        .moment = tl_ticks_time_by(view->counter, view->worth,
                                   (int64_t)time - view->origin)};
    if (!tl_brief_spans_put(out, &span))
        return false;
    view->base = time;
    *last = message ? message : *last;
    return true;
}

static uint64_t end_of_stretch(uint64_t position)
{
    return (position / TL_LANE_STRETCH + 1) * TL_LANE_STRETCH;
}

uint64_t tl_drain_brief(struct tl_drain *drain, struct tl_lane *lane,
                        struct tl_drain_reader *reader, uint64_t position,
                        uint64_t written)
{
    uint64_t end = end_of_stretch(position);
    uint64_t most = (end < written ? end : written) - position;
    const tl_unit *unit = tl_lane_unit(lane, position), *behind = unit + most;
    struct tl_brief_spans out;
    if (!tl_trace_file_begin_brief(drain->file, reader->task, most, &out))
        return 0;
    /* copies of which nobody has the address: so they are in registers */
    struct tl_brief_spans run = out;
    struct view view = view_of(drain, reader);
    while (unit < behind && put(&view, unit, &run)) {
        __builtin_prefetch(unit + AHEAD);
        unit++;
    }
    out = run;
    reader->base = view.base;
    tl_trace_file_end_brief(drain->file, reader->task, &out);
    drain->operations += out.count;
    return out.count;
}

struct tl_span tl_drain_span(struct tl_drain *drain,
                             const struct tl_drain_reader *reader,
                             uint64_t entry, uint64_t began)
{
    int64_t moment = tl_births_moment(drain, began);
    return (struct tl_span){.task = reader->task,
                            .place = reader->places[entry % TL_LANE_PLACES],
                            .began = moment,
                            .ended = moment,
                            .slept = -1,
                            .called = -1};
}

struct tl_span tl_drain_brief_span(struct tl_drain *drain,
                                   struct tl_drain_reader *reader,
                                   uint64_t unit)
{
    uint64_t entry = tl_brief_place(unit), *last = &reader->messages[entry];
    uint64_t message = tl_brief_message(unit, *last);
    reader->base += unit >> TL_LANE_BRIEF_TIME_SHIFT;
    *last = message ? message : *last;
    struct tl_span span = tl_drain_span(drain, reader, entry, reader->base);
    span.message = message;
    span.result =
        (enum tl_trace_result)(unit >> TL_LANE_BRIEF_RESULT_SHIFT & 3);
    return span;
}
