#include "trace/drain.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tidelock.h"
#include "trace/births.h"
#include "trace/brief.h"
#include "trace/recording.h"

struct pass {
    struct tl_drain *drain;
    struct tl_lane *lane;
    struct tl_drain_reader *reader;
    enum tl_drain_how how;
    uint64_t position;
};

static uint32_t number_of(uint64_t head)
{
    return (uint32_t)(head >> TL_LANE_NUMBER_SHIFT);
}

/* ---- operations ---- */

/* Of one whose task died in it, and whose lane no other one has taken since:
 * what is kept of it there. */
static const struct tl_lane_open *kept_of(const struct pass *pass)
{
    /* relaxed: the record TASK came before the operation */
    if (pass->position <
        atomic_load_explicit(&pass->lane->tenancy, memory_order_relaxed))
        return NULL;
    uint32_t depth =
        atomic_load_explicit(&pass->lane->depth, memory_order_relaxed);
    for (uint32_t n = 0; n < depth && n < TL_LANE_NESTED; n++)
        if (atomic_load_explicit(&pass->lane->open[n].position,
                                 memory_order_relaxed) == pass->position)
            return &pass->lane->open[n];
    return NULL;
}

/* How it slept, where it did: ticks, and the number of who called, or 0. */
struct sleep {
    uint64_t slept, waited, called;
    uint32_t waker;
};

static void fill_sleep(struct tl_drain *drain, const struct sleep *sleep,
                       struct tl_span *span)
{
    if (!sleep->slept)
        return;
    span->slept = tl_births_moment(drain, sleep->slept);
    span->waited =
        (uint64_t)tl_ticks_time(&drain->ticks, (int64_t)sleep->waited);
    span->waker = tl_births_index(drain, sleep->waker);
    if (span->waker)
        span->called = tl_births_moment(drain, sleep->called);
}

static void fill_kept(struct tl_drain *drain, const struct tl_lane_open *open,
                      struct tl_span *span)
{
    /* relaxed, all: see tl_lane_open */
    struct sleep sleep = {
        .slept =
            (uint64_t)atomic_load_explicit(&open->slept, memory_order_relaxed),
        .waited = atomic_load_explicit(&open->waited, memory_order_relaxed),
        .called =
            (uint64_t)atomic_load_explicit(&open->called, memory_order_relaxed),
        .waker = atomic_load_explicit(&open->waker, memory_order_relaxed)};
    fill_sleep(drain, &sleep, span);
}

static void fill_more(const struct pass *pass, uint64_t distance,
                      struct tl_span *span)
{
    struct tl_lane *lane = pass->lane;
    uint64_t at = pass->position + distance;
    struct sleep sleep = {
        .slept = tl_lane_word(lane, at, TL_LANE_MORE_SLEPT),
        .waited = tl_lane_word(lane, at, TL_LANE_MORE_WAITED),
        .called = tl_lane_word(lane, at, TL_LANE_MORE_CALLED),
        .waker = (uint32_t)tl_lane_word(lane, at, TL_LANE_MORE_WAKER)};
    uint64_t ended = tl_lane_word(lane, at, TL_LANE_MORE_ENDED);
    span->message = tl_lane_word(lane, at, TL_LANE_MORE_MESSAGE);
    span->ended = ended ? tl_births_moment(pass->drain, ended) : -1;
    fill_sleep(pass->drain, &sleep, span);
}

static void put(struct pass *pass, const struct tl_span *span)
{
    struct tl_drain *drain = pass->drain;
    if (pass->how == TL_DRAIN_PEEK || !drain->kept)
        tl_trace_file_span(drain->file, span);
    else
        tl_kept_spans_add(drain->kept, span);
    drain->operations += pass->how != TL_DRAIN_PEEK;
}

__attribute__((noinline)) static void
read_operation(struct pass *pass, uint64_t head, uint64_t began)
{
    if (!pass->reader->task)
        return; /* it began in an earlier recording */
    uint64_t number = head >> TL_LANE_NUMBER_SHIFT;
    struct tl_span span =
        tl_drain_span(pass->drain, pass->reader,
                      (head >> TL_LANE_UNITS_SHIFT & 0xffff) - 1, began);
    span.result = (enum tl_trace_result)(head >> TL_LANE_RESULT_SHIFT & 3);
    bool is_open = head & TL_LANE_OPEN, has_more = head & TL_LANE_HAS_MORE;
    const struct tl_lane_open *kept =
        is_open && !has_more ? kept_of(pass) : NULL;
    if (has_more)
        fill_more(pass, number, &span);
    else if (!is_open)
        span.message = number;
    if (kept)
        fill_kept(pass->drain, kept, &span);
    if (is_open) {
        span.ended = -1;
        span.result = TL_TRACE_UNKNOWN;
    }
    put(pass, &span);
}

/* One that goes not straight to the file (tl_drain_brief). */
static void read_brief(struct pass *pass, uint64_t unit)
{
    struct tl_span span = tl_drain_brief_span(pass->drain, pass->reader, unit);
    if (span.task) /* else it is of an earlier recording */
        put(pass, &span);
}

/* ---- the other records ---- */

static void tell_lost(struct pass *pass, uint64_t lost)
{
    struct tl_drain_reader *reader = pass->reader;
    if (lost > reader->lost && pass->how != TL_DRAIN_PEEK) {
        tl_trace_file_lost(pass->drain->file, reader->task,
                           lost - reader->lost);
        reader->lost = lost;
    }
}

static uint64_t word(const struct pass *pass, unsigned index)
{
    return tl_lane_word(pass->lane, pass->position, index);
}

static void read_task(struct pass *pass, uint64_t head)
{
    tell_lost(pass, word(pass, TL_LANE_TASK_LOST));
    pass->reader->task = tl_births_index(pass->drain, number_of(head));
    memset(pass->reader->places, 0, sizeof pass->reader->places);
    memset(pass->reader->messages, 0, sizeof pass->reader->messages);
    pass->reader->base = 0;
}

/* SIGTERM is how a program ends its own daemons, and what asks others to end.
 */
static void read_end(struct pass *pass, uint64_t head)
{
    int signal = (int)word(pass, TL_LANE_END_SIGNAL);
    enum tl_trace_how how = (enum tl_trace_how)word(pass, TL_LANE_END_HOW);
    if (tl_trace_file_ended(
            pass->drain->file, tl_births_index(pass->drain, number_of(head)),
            tl_births_moment(pass->drain, word(pass, TL_LANE_END_TIME)), how,
            signal))
        pass->drain->trouble |= how != TL_TRACE_ENDED && signal != SIGTERM;
}

static const char *after(const char *text)
{
    return text + strlen(text) + 1;
}

/* The lock of a condition is defined first, since the condition names it. */
static uint32_t object_of(struct pass *pass, const char *name,
                          const char *space, const char *part_name)
{
    struct tl_trace_file *file = pass->drain->file;
    int kind = (int)word(pass, TL_LANE_PLACE_KIND);
    int part_kind = (int)word(pass, TL_LANE_PLACE_PART_KIND);
    if (!kind)
        return 0;
    uint32_t part =
        part_kind ? tl_trace_file_object(
                        file,
                        &(struct tl_trace_file_object){
                            .kind = (uint32_t)part_kind,
                            .word = tl_kind_name(part_kind),
                            .number = word(pass, TL_LANE_PLACE_PART_NUMBER),
                            .name = part_name,
                            .space = space})
                  : 0;
    return tl_trace_file_object(file,
                                &(struct tl_trace_file_object){
                                    .kind = (uint32_t)kind,
                                    .word = tl_kind_name(kind),
                                    .number = word(pass, TL_LANE_PLACE_NUMBER),
                                    .name = name,
                                    .space = space,
                                    .lock = part});
}

static void read_place(struct pass *pass, uint64_t head, const char *script)
{
    struct tl_trace_file *file = pass->drain->file;
    uint64_t bits = word(pass, TL_LANE_PLACE_OPERATION);
    uint32_t operation = (uint32_t)bits, line = (uint32_t)(bits >> 32);
    const char *name = after(script), *space = after(name);
    uint32_t named = tl_trace_file_operation(
        file, operation, tl_recording_words.operation(operation));
    uint32_t object = object_of(pass, name, space, after(space));
    uint32_t of = line ? tl_trace_file_script(file, script) : 0;
    uint32_t entry = (number_of(head) - 1) % TL_LANE_PLACES;
    pass->reader->places[entry] =
        tl_trace_file_place(file, named, object, of, line);
    pass->reader->messages[entry] = 0;
}

static void read_base(struct pass *pass)
{
    uint64_t entry = word(pass, TL_LANE_BASE_PLACE) % TL_LANE_PLACES;
    pass->reader->messages[entry] = word(pass, TL_LANE_BASE_MESSAGE);
    pass->reader->base = word(pass, TL_LANE_BASE_TIME);
}

static void read_mark(struct pass *pass, const char *text)
{
    struct tl_drain *drain = pass->drain;
    tl_trace_file_mark(drain->file, pass->reader->task,
                       tl_births_moment(drain, word(pass, TL_LANE_MARK_TIME)),
                       text);
    drain->trouble = true;
}

/* A second look at an end would not find it again. */
static void read_note(struct pass *pass, uint64_t head)
{
    bool again = pass->how == TL_DRAIN_PEEK;
    uint64_t what = head & TL_LANE_WHAT;
    if (what == TL_LANE_TASK)
        read_task(pass, head);
    if (what == TL_LANE_BASE)
        read_base(pass);
    if (what == TL_LANE_END && !again)
        read_end(pass, head);
    if (what != TL_LANE_PLACE && (what != TL_LANE_MARK || again))
        return;
    char *texts = tl_births_texts(pass->lane, pass->position, head);
    if (texts && what == TL_LANE_PLACE)
        read_place(pass, head, texts);
    else if (texts)
        read_mark(pass, texts);
    free(texts);
}

/* ---- a lane ---- */

/* How many units were read. */
static uint64_t read_briefs(struct pass *pass, uint64_t unit, uint64_t written)
{
    uint64_t taken = 0;
    if (pass->reader->task && !pass->drain->kept)
        taken = tl_drain_brief(pass->drain, pass->lane, pass->reader,
                               pass->position, written);
    if (taken)
        return taken;
    read_brief(pass, unit);
    return 1;
}

/* Reads one record, or several that are brief: how many units they take; 0: the
 * pass ends before it. */
static uint64_t read_record(struct pass *pass, uint64_t written)
{
    /* acquire: pairs with the commit of an operation's end */
    uint64_t head = atomic_load_explicit(
        tl_lane_unit(pass->lane, pass->position), memory_order_acquire);
    uint64_t what = head & TL_LANE_WHAT;
    if (what == TL_LANE_BRIEF)
        return read_briefs(pass, head, written);
    if (what != TL_LANE_OPERATION) {
        read_note(pass, head);
        return tl_lane_size(head);
    }
    /* relaxed: an old one only puts it off */
    if ((head & TL_LANE_OPEN) && pass->how == TL_DRAIN_LIVE &&
        pass->position >=
            atomic_load_explicit(&pass->lane->tenancy, memory_order_relaxed))
        return 0;
    read_operation(pass, head, word(pass, 1));
    return TL_LANE_OPERATION_UNITS;
}

/* One that is brief, and behind what is written; or about to be open. */
static void read_last(struct pass *pass, uint64_t written)
{
    if (pass->how == TL_DRAIN_LIVE || !tl_brief_is_behind(pass->lane, written))
        return;
    /* acquire: pairs with the release in publish_brief of trace/open */
    uint64_t unit = atomic_load_explicit(tl_lane_unit(pass->lane, written),
                                         memory_order_acquire);
    if ((unit & TL_LANE_WHAT) == TL_LANE_BRIEF)
        read_operation(
            pass,
            TL_LANE_OPERATION | TL_LANE_OPEN |
                (tl_brief_place(unit) + 1) << TL_LANE_UNITS_SHIFT,
            (uint64_t)tl_brief_began(pass->lane, unit, pass->reader->base));
    else if ((unit & TL_LANE_WHAT) == TL_LANE_OPERATION)
        read_operation(pass, unit, tl_lane_word(pass->lane, written, 1));
}

static void read_lane(struct pass *pass)
{
    struct tl_lane *lane = pass->lane;
    /* acquire: pairs with the commits of `written` */
    uint64_t written =
        atomic_load_explicit(&lane->written, memory_order_acquire);
    /* relaxed: only this process writes it */
    pass->position = atomic_load_explicit(&lane->drained, memory_order_relaxed);
    while (pass->position < written) {
        uint64_t taken = read_record(pass, written);
        if (!taken)
            break;
        pass->position += taken;
    }
    /* release: pairs with the acquire in tl_lane_has_more_room */
    if (pass->how != TL_DRAIN_PEEK)
        atomic_store_explicit(&lane->drained, pass->position,
                              memory_order_release);
    read_last(pass, written);
    /* what was lost since then is this tenant's, where no other one follows */
    if (pass->position == written)
        tell_lost(pass,
                  atomic_load_explicit(&lane->lost, memory_order_relaxed));
}

static void drain_lane(struct tl_drain *drain, uint32_t number,
                       enum tl_drain_how how)
{
    struct tl_drain_reader **reader = &drain->readers[number];
    struct tl_drain_reader copy;
    if (!*reader)
        *reader = calloc(1, sizeof **reader);
    if (!*reader)
        return;
    struct pass pass = {.drain = drain,
                        .lane = &tl_lanes->lanes[number],
                        .reader = *reader,
                        .how = how};
    if (how == TL_DRAIN_PEEK) {
        copy = **reader;
        pass.reader = &copy;
    }
    read_lane(&pass);
}

void tl_drain_all(struct tl_drain *drain, enum tl_drain_how how)
{
    /* first, so that who has as much to be read again rings again; relaxed: a
     * hint */
    atomic_store_explicit(&tl_lanes->rung, 0, memory_order_relaxed);
    /* relaxed: see raise_highest in recording_tasks.c */
    uint32_t highest =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    /* relaxed: it stands before the first record is written, which the acquire
     * of `written` orders; too early it is 0, and nothing is there to read */
    for (uint32_t number = 0; number <= highest; number++) {
        struct tl_lane *lane = &tl_lanes->lanes[number];
        if (atomic_load_explicit(&lane->written, memory_order_acquire) ==
                atomic_load_explicit(&lane->drained, memory_order_relaxed) &&
            how == TL_DRAIN_LIVE)
            continue;
        drain->origin =
            atomic_load_explicit(&tl_lanes->origin, memory_order_relaxed);
        drain_lane(drain, number, how);
    }
}
