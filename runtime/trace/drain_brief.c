/*
 * Drain, brief: what is done of most operations, and so of nothing else.
 */
#include "trace/drain.h"

/* So many units ahead are fetched: they are in the caches of the task's CPU. */
#define AHEAD 64

/* What is read goes by: a copy, which no byte that is written can change, for
 * all the compiler knows. */
struct view {
    int64_t origin;
    double worth;
    bool counter;
    const uint32_t *places;
};

static struct view view_of(struct tl_drain *drain,
                           const struct tl_drain_reader *reader)
{
    if (drain->ticks.worth == 0)
        tl_ticks_learn(&drain->ticks);
    return (struct view){.origin = drain->origin,
                         .worth = drain->ticks.worth,
                         .counter = drain->ticks.counter,
                         .places = reader->places};
}

/* False: it is none, or does not fit. */
static inline bool put(const struct view *view, const struct tl_unit *unit,
                       struct tl_brief_spans *out)
{
    /* acquire: pairs with the commit of an operation's end */
    uint64_t head = atomic_load_explicit(&unit->words[0], memory_order_acquire);
    if (!tl_drain_is_brief(head))
        return false;
    uint64_t entry = head >> TL_LANE_UNITS_SHIFT & 0xffff;
    /* relaxed: see tl_lane_word */
    int64_t ticks =
        (int64_t)atomic_load_explicit(&unit->words[1], memory_order_relaxed) -
        view->origin;
    struct tl_brief_span span = {
        .place = view->places[(entry - 1) % TL_LANE_PLACES],
        .message = head >> TL_LANE_NUMBER_SHIFT,
        .result = (enum tl_trace_result)(head >> TL_LANE_RESULT_SHIFT & 3),
        .moment = tl_ticks_time_by(view->counter, view->worth, ticks)};
    return tl_brief_spans_put(out, &span);
}

static uint64_t end_of_stretch(uint64_t position)
{
    return (position / TL_LANE_STRETCH + 1) * TL_LANE_STRETCH;
}

uint64_t tl_drain_brief(struct tl_drain *drain, struct tl_lane *lane,
                        const struct tl_drain_reader *reader, uint64_t position,
                        uint64_t written)
{
    uint64_t end = end_of_stretch(position);
    uint64_t most = (end < written ? end : written) - position;
    const struct tl_unit *unit = tl_lane_unit(lane, position);
    const struct tl_unit *behind = unit + most;
    struct view view = view_of(drain, reader);
    struct tl_brief_spans out;
    if (!tl_trace_file_begin_brief(drain->file, reader->task, most, &out))
        return 0;
    /* another copy, of which nobody has the address: so it is in registers */
    struct tl_brief_spans run = out;
    while (unit < behind && put(&view, unit, &run)) {
        __builtin_prefetch(unit + AHEAD);
        unit++;
    }
    out = run;
    tl_trace_file_end_brief(drain->file, reader->task, &out);
    drain->operations += out.count;
    return out.count;
}
