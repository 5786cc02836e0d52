#include "trace/drain.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tidelock.h"
#include "trace/births.h"
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

static void fill_end(struct tl_drain *drain, const struct tl_record *record,
                     uint64_t head, struct tl_span *span)
{
    if (head & TL_LANE_OPEN) {
        span->result = TL_TRACE_UNKNOWN;
        return;
    }
    span->ended =
        tl_births_moment(drain, tl_births_word(record, TL_LANE_ENDED));
    span->message = tl_births_word(record, TL_LANE_MESSAGE);
    span->result = (enum tl_trace_result)(head >> TL_LANE_RESULT_SHIFT & 3);
}

static void fill_sleep(struct tl_drain *drain, const struct tl_record *record,
                       uint64_t head, struct tl_span *span)
{
    uint64_t slept = tl_births_word(record, TL_LANE_SLEPT);
    if (!slept)
        return;
    span->slept = tl_births_moment(drain, slept);
    span->waited = (uint64_t)tl_ticks_time(
        &drain->ticks, (int64_t)tl_births_word(record, TL_LANE_WAITED));
    span->waker = tl_births_index(drain, number_of(head));
    if (span->waker)
        span->called =
            tl_births_moment(drain, tl_births_word(record, TL_LANE_CALLED));
}

static void read_operation(struct pass *pass, const struct tl_record *record,
                           uint64_t head)
{
    struct tl_drain *drain = pass->drain;
    uint64_t place = tl_births_word(record, TL_LANE_PLACE);
    uint32_t operation = (uint32_t)(place >> 48);
    struct tl_span span = {
        .task = pass->reader->task,
        .operation = tl_trace_file_operation(
            drain->file, operation, tl_recording_words.operation(operation)),
        .object = pass->reader->objects[(place >> 32) % TL_LANE_OBJECTS],
        .file = pass->reader->files[place >> 24 & 0xff],
        .line = (uint32_t)(place & 0xffffff),
        .began = tl_births_moment(drain, tl_births_word(record, TL_LANE_BEGAN)),
        .ended = -1,
        .slept = -1,
        .called = -1};
    fill_end(drain, record, head, &span);
    fill_sleep(drain, record, head, &span);
    if (pass->how == TL_DRAIN_PEEK || !drain->kept)
        tl_trace_file_span(drain->file, &span);
    else
        tl_kept_spans_add(drain->kept, &span);
    drain->operations += pass->how != TL_DRAIN_PEEK;
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

static void read_task(struct pass *pass, uint64_t head)
{
    tell_lost(pass, tl_births_word(tl_lane_record(pass->lane, pass->position),
                                   TL_LANE_TASK_LOST));
    pass->reader->task = tl_births_index(pass->drain, number_of(head));
    memset(pass->reader->objects, 0, sizeof pass->reader->objects);
    memset(pass->reader->files, 0, sizeof pass->reader->files);
}

/* SIGTERM is how a program ends its own daemons, and what asks others to end.
 */
static void read_end(struct pass *pass, const struct tl_record *record,
                     uint64_t head)
{
    int signal = (int)tl_births_word(record, TL_LANE_END_SIGNAL);
    enum tl_trace_how how =
        (enum tl_trace_how)tl_births_word(record, TL_LANE_END_HOW);
    if (tl_trace_file_ended(
            pass->drain->file, tl_births_index(pass->drain, number_of(head)),
            tl_births_moment(pass->drain,
                             tl_births_word(record, TL_LANE_END_TIME)),
            how, signal))
        pass->drain->trouble |= how != TL_TRACE_ENDED && signal != SIGTERM;
}

static void read_object(struct pass *pass, const struct tl_record *record,
                        const char *name)
{
    int kind = (int)tl_births_word(record, TL_LANE_OBJECT_KIND);
    uint64_t entry = tl_births_word(record, TL_LANE_OBJECT_ENTRY);
    pass->reader->objects[entry % TL_LANE_OBJECTS] = tl_trace_file_object(
        pass->drain->file, (uint32_t)kind, tl_kind_name(kind),
        tl_births_word(record, TL_LANE_OBJECT_NUMBER), name,
        name + strlen(name) + 1);
}

static void read_note(struct pass *pass, const struct tl_record *record,
                      uint64_t head, const char *text)
{
    struct tl_drain *drain = pass->drain;
    uint64_t entry;
    switch ((enum tl_lane_what)(head & 0xff)) {
    case TL_LANE_TASK:
        read_task(pass, head);
        break;
    case TL_LANE_OBJECT:
        read_object(pass, record, text);
        break;
    case TL_LANE_FILE:
        entry = tl_births_word(record, TL_LANE_FILE_ENTRY);
        pass->reader->files[entry % TL_LANE_FILES] =
            tl_trace_file_script(drain->file, text);
        break;
    case TL_LANE_END:
        read_end(pass, record, head);
        break;
    case TL_LANE_MARK:
        tl_trace_file_mark(
            drain->file, pass->reader->task,
            tl_births_moment(drain, tl_births_word(record, TL_LANE_MARK_TIME)),
            text);
        drain->trouble = true;
        break;
    case TL_LANE_OPERATION:
        break;
    }
}

/* ---- a lane ---- */

/* Reads one record: how many it takes; 0: the pass ends before it. */
static uint64_t read_record(struct pass *pass)
{
    struct tl_record *record = tl_lane_record(pass->lane, pass->position);
    /* acquire: pairs with the commit of an operation's end */
    uint64_t head = atomic_load_explicit(&record->words[TL_LANE_HEAD],
                                         memory_order_acquire);
    if ((head & 0xff) == TL_LANE_OPERATION) {
        /* relaxed: an old one only puts it off */
        if ((head & TL_LANE_OPEN) && pass->how == TL_DRAIN_LIVE &&
            pass->position >= atomic_load_explicit(&pass->lane->tenancy,
                                                   memory_order_relaxed))
            return 0;
        read_operation(pass, record, head);
        return 1;
    }
    uint64_t blocks = head >> TL_LANE_BLOCKS_SHIFT & 0xffff;
    char *texts = tl_births_texts(pass->lane, pass->position, blocks);
    /* a second look at an end would not find it again */
    bool told = pass->how == TL_DRAIN_PEEK && (head & 0xff) != TL_LANE_OBJECT &&
                (head & 0xff) != TL_LANE_FILE && (head & 0xff) != TL_LANE_TASK;
    if (texts && !told)
        read_note(pass, record, head, texts);
    free(texts);
    return 1 + blocks;
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
        uint64_t taken = read_record(pass);
        if (!taken)
            break;
        pass->position += taken;
    }
    /* release: pairs with the acquire in tl_lane_has_room */
    if (pass->how != TL_DRAIN_PEEK)
        atomic_store_explicit(&lane->drained, pass->position,
                              memory_order_release);
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
    /* relaxed: see raise_highest in recording.c */
    uint32_t highest =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    /* relaxed: it stands before the first record is written, which the acquire
     * of `written` orders; too early it is 0, and nothing is there to read */
    for (uint32_t number = 0; number <= highest; number++) {
        struct tl_lane *lane = &tl_lanes->lanes[number];
        if (atomic_load_explicit(&lane->written, memory_order_acquire) ==
                atomic_load_explicit(&lane->drained, memory_order_relaxed) &&
            how != TL_DRAIN_FINAL)
            continue;
        drain->origin =
            atomic_load_explicit(&tl_lanes->origin, memory_order_relaxed);
        drain_lane(drain, number, how);
    }
}

bool tl_drain_is_urgent(const struct tl_drain *drain)
{
    (void)drain;
    return atomic_exchange_explicit(&tl_lanes->rung, 0, memory_order_relaxed);
}
