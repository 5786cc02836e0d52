#include "timeline/spans.h"

#include <stdlib.h>

#include "tidelock.h"

#define FIRST_ROOM 256u

/* Room for one more of `size` bytes each; the list, or NULL: no memory. */
static void *grown(void *list, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return list;
    if (*room > UINT32_MAX / 2)
        return NULL;
    uint32_t more = *room ? *room * 2 : FIRST_ROOM;
    void *bigger = realloc(list, more * size);
    if (bigger)
        *room = more;
    return bigger;
}

bool spans_add_task(struct spans *spans)
{
    struct progress *list =
        grown(spans->tasks, spans->task_count, &spans->task_room, sizeof *list);
    if (!list)
        return false;
    spans->tasks = list;
    list[spans->task_count++] = (struct progress){0};
    return true;
}

enum spans_status spans_add_place(struct spans *spans, struct bytes *bytes)
{
    struct place *list = grown(spans->places, spans->place_count,
                               &spans->place_room, sizeof *list);
    if (!list)
        return SPANS_NO_MEMORY;
    spans->places = list;
    struct place place = {
        .operation = (uint32_t)bytes_number_to(bytes, spans->operations),
        .object = (uint32_t)bytes_number_to(bytes, spans->objects),
        .file = (uint32_t)bytes_number_to(bytes, spans->files),
        .line = (uint32_t)bytes_number_to(bytes, INT32_MAX)};
    if (bytes->broken || place.operation == 0)
        return SPANS_BROKEN;
    list[spans->place_count++] = place;
    return SPANS_WELL;
}

/* `from` and a number of the file, up to the latest time there can be. */
static uint64_t later(struct bytes *bytes, uint64_t from)
{
    return from + bytes_number_to(bytes, SPANS_MOST_TIME - from);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Of a span whose `began` and `ended` are known. */
static void read_wait(struct span *span, struct bytes *bytes, unsigned bits)
{
    uint64_t slept = later(bytes, (uint64_t)span->began);
    uint64_t waited = bytes_number_to(bytes, SPANS_MOST_TIME);
    int64_t end = span->ended >= 0 ? span->ended : INT64_MAX;
    span->slept = least((int64_t)slept, end);
    span->waited = least((int64_t)waited, end - span->slept);
    if (!(bits & TL_TRACE_CALLED))
        return;
    span->waker = (uint32_t)bytes_number_to(bytes, UINT32_MAX);
    uint64_t called = slept + bytes_signed(bytes);
    span->called = called <= SPANS_MOST_TIME ? (int64_t)called : -1;
}

static void note(struct spans *spans, const struct span *span)
{
    int64_t last = span->ended >= 0   ? span->ended
                   : span->slept >= 0 ? span->slept + span->waited
                                      : span->began;
    if ((uint64_t)last > spans->latest)
        spans->latest = (uint64_t)last;
}

/* What all spans have. */
static void begin_span(struct span *span, uint64_t place, uint64_t began)
{
    span->place = (uint32_t)(place - 1);
    span->began = span->ended = (int64_t)began;
    span->slept = span->called = -1;
}

static bool is_place(const struct spans *spans, uint64_t place)
{
    return place >= 1 && place <= spans->place_count;
}

/* The bits of a number from one on, up to another. */
static uint64_t field(uint64_t number, unsigned from, unsigned to)
{
    return number >> from & ((UINT64_C(1) << (to - from)) - 1);
}

/* The small form, and the medium one. */
struct brief {
    uint64_t place, began, message;
    unsigned result;
};

static void read_small(struct brief *brief, struct bytes *bytes)
{
    uint64_t number = bytes_fixed(bytes, TL_TRACE_SMALL_BITS / 8);
    brief->place = field(number, TL_TRACE_SMALL_PLACE, TL_TRACE_SMALL_BEGAN);
    brief->began = field(number, TL_TRACE_SMALL_BEGAN, TL_TRACE_SMALL_MESSAGE);
    brief->message = number >> TL_TRACE_SMALL_MESSAGE;
    brief->result = TL_TRACE_DONE;
}

static void read_medium(struct brief *brief, struct bytes *bytes)
{
    uint64_t number = bytes_fixed(bytes, TL_TRACE_MEDIUM_BITS / 8);
    brief->result =
        (unsigned)field(number, TL_TRACE_MEDIUM_RESULT, TL_TRACE_MEDIUM_PLACE);
    brief->place = field(number, TL_TRACE_MEDIUM_PLACE, TL_TRACE_MEDIUM_BEGAN);
    brief->began =
        field(number, TL_TRACE_MEDIUM_BEGAN, TL_TRACE_MEDIUM_MESSAGE);
    brief->message = number >> TL_TRACE_MEDIUM_MESSAGE;
}

static bool read_brief(struct spans *spans, struct span *span,
                       struct bytes *bytes)
{
    struct progress *task = &spans->tasks[span->task - 1];
    struct brief brief;
    if (*bytes->at & 1)
        read_medium(&brief, bytes);
    else
        read_small(&brief, bytes);
    if (bytes->broken || !is_place(spans, brief.place) ||
        brief.began > SPANS_MOST_TIME - task->began)
        return false;
    task->began += brief.began;
    begin_span(span, brief.place, task->began);
    span->result = brief.result;
    if (brief.message) {
        task->message += bytes_unfold(brief.message - 1);
        span->message = (int64_t)task->message;
    }
    return true;
}

static bool read_large(struct spans *spans, struct span *span,
                       struct bytes *bytes)
{
    struct progress *task = &spans->tasks[span->task - 1];
    uint64_t head = bytes_number(bytes), message = task->message;
    if (bytes->broken || !is_place(spans, head >> TL_TRACE_PLACE_SHIFT))
        return false;
    uint64_t began = later(bytes, task->began);
    begin_span(span, head >> TL_TRACE_PLACE_SHIFT, began);
    span->result = head >> TL_TRACE_RESULT_SHIFT & 3;
    span->ended = head & TL_TRACE_OPEN ? -1 : (int64_t)later(bytes, began);
    if (head & TL_TRACE_SLEPT)
        read_wait(span, bytes, (unsigned)head);
    if (head & TL_TRACE_MESSAGE) {
        message += bytes_signed(bytes);
        span->message = (int64_t)message;
    }
    if (bytes->broken)
        return false;
    task->began = began;
    task->message = message;
    return true;
}

static bool read_fields(struct spans *spans, struct span *span,
                        struct bytes *bytes)
{
    if (bytes_left(bytes) == 0) {
        bytes->broken = bytes->missing = true;
        return false;
    }
    return (*bytes->at & TL_TRACE_LARGE) == TL_TRACE_LARGE
               ? read_large(spans, span, bytes)
               : read_brief(spans, span, bytes);
}

static enum spans_status read_span(struct spans *spans, uint32_t task,
                                   struct bytes *bytes)
{
    struct span *list =
        grown(spans->list, spans->count, &spans->room, sizeof *list);
    if (!list)
        return SPANS_NO_MEMORY;
    spans->list = list;
    struct span span = {.task = task, .order = spans->count};
    if (!read_fields(spans, &span, bytes))
        return SPANS_BROKEN;
    list[spans->count++] = span;
    note(spans, &span);
    return SPANS_WELL;
}

enum spans_status spans_read(struct spans *spans, struct bytes *bytes)
{
    uint32_t task = (uint32_t)bytes_number_to(bytes, spans->task_count);
    uint64_t count = bytes_number(bytes);
    if (bytes->broken || task == 0)
        return SPANS_BROKEN;
    for (uint64_t i = 0; i < count; i++) {
        enum spans_status status = read_span(spans, task, bytes);
        if (status != SPANS_WELL)
            return status;
    }
    return SPANS_WELL;
}

static int by_began(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    if (a->began != b->began)
        return a->began < b->began ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

void spans_finish(struct spans *spans)
{
    if (spans->count == 0)
        return;
    qsort(spans->list, spans->count, sizeof *spans->list, by_began);
    for (uint32_t i = 0; i < spans->count; i++)
        if (spans->list[i].waker > spans->task_count)
            spans->list[i].waker = 0;
}

void spans_free(struct spans *spans)
{
    free(spans->list);
    free(spans->places);
    free(spans->tasks);
    *spans = (struct spans){0};
}
