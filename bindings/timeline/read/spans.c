#include "timeline/read/spans.h"

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
    struct span span = {.task = task};
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

bool spans_add(struct spans *spans, const struct span *span,
               const struct place *place)
{
    struct span *list =
        grown(spans->list, spans->count, &spans->room, sizeof *list);
    if (list)
        spans->list = list;
    struct place *places = grown(spans->places, spans->place_count,
                                 &spans->place_room, sizeof *places);
    if (places)
        spans->places = places;
    if (!list || !places)
        return false;
    places[spans->place_count] = *place;
    list[spans->count] = *span;
    list[spans->count++].place = spans->place_count++;
    note(spans, span);
    return true;
}

/* ---- the order ----
 *
 * The spans of one task stand in their order, so that these runs are merged: a
 * heap has each task by its next span. */

struct merge {
    const struct span *list;
    uint32_t *of_task; /* the spans by task, and as they stand */
    uint32_t *next, *end;
    uint32_t *heap; /* tasks, from 0 */
    uint32_t count;
};

static bool comes_before(const struct merge *merge, uint32_t a, uint32_t b)
{
    uint32_t left = merge->of_task[merge->next[a]];
    uint32_t right = merge->of_task[merge->next[b]];
    int64_t one = merge->list[left].began, other = merge->list[right].began;
    return one != other ? one < other : left < right;
}

static void sift_down(struct merge *merge, uint32_t at)
{
    uint32_t *heap = merge->heap, task = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < merge->count; at = child) {
        if (child + 1 < merge->count &&
            comes_before(merge, heap[child + 1], heap[child]))
            child++;
        if (!comes_before(merge, heap[child], task))
            break;
        heap[at] = heap[child];
    }
    heap[at] = task;
}

/* By counting. */
static void sort_by_task(const struct spans *spans, struct merge *merge)
{
    for (uint32_t i = 0; i < spans->count; i++)
        merge->end[spans->list[i].task - 1]++;
    uint32_t all = 0;
    for (uint32_t task = 0; task < spans->task_count; task++) {
        merge->next[task] = all;
        all += merge->end[task];
        merge->end[task] = merge->next[task];
    }
    for (uint32_t i = 0; i < spans->count; i++)
        merge->of_task[merge->end[spans->list[i].task - 1]++] = i;
    for (uint32_t task = 0; task < spans->task_count; task++)
        if (merge->next[task] < merge->end[task])
            merge->heap[merge->count++] = task;
}

static void merge_tasks(const struct spans *spans, struct merge *merge,
                        uint32_t *order)
{
    sort_by_task(spans, merge);
    for (uint32_t at = merge->count / 2; at > 0; at--)
        sift_down(merge, at - 1);
    for (uint32_t i = 0; i < spans->count; i++) {
        uint32_t task = merge->heap[0];
        order[i] = merge->of_task[merge->next[task]++];
        if (merge->next[task] == merge->end[task])
            merge->heap[0] = merge->heap[--merge->count];
        sift_down(merge, 0);
    }
}

static bool put_in_order(struct spans *spans)
{
    struct merge merge = {.list = spans->list};
    uint32_t *order = malloc(spans->count * sizeof *order);
    merge.of_task = calloc(spans->count, sizeof *merge.of_task);
    merge.next = calloc(spans->task_count, sizeof *merge.next);
    merge.end = calloc(spans->task_count, sizeof *merge.end);
    merge.heap = calloc(spans->task_count, sizeof *merge.heap);
    bool well = order && merge.of_task && merge.next && merge.end && merge.heap;
    if (well) {
        merge_tasks(spans, &merge, order);
        spans->order = order;
    } else {
        free(order);
    }
    free(merge.of_task);
    free(merge.next);
    free(merge.end);
    free(merge.heap);
    return well;
}

static bool is_in_order(const struct spans *spans)
{
    for (uint32_t i = 1; i < spans->count; i++)
        if (spans->list[i].began < spans->list[i - 1].began)
            return false;
    return true;
}

bool spans_finish(struct spans *spans)
{
    for (uint32_t i = 0; i < spans->count; i++)
        if (spans->list[i].waker > spans->task_count)
            spans->list[i].waker = 0;
    return is_in_order(spans) || put_in_order(spans);
}

void spans_free(struct spans *spans)
{
    free(spans->list);
    free(spans->order);
    free(spans->places);
    free(spans->tasks);
    *spans = (struct spans){0};
}
