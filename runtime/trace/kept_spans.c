#include "trace/kept_spans.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 16

static struct tl_kept_spans_of *list_of(struct tl_kept_spans *kept,
                                        uint32_t task)
{
    if (task < kept->task_count)
        return &kept->tasks[task];
    uint32_t count = 2 * (task + 8);
    struct tl_kept_spans_of *grown =
        realloc(kept->tasks, count * sizeof *grown);
    if (!grown)
        return NULL;
    memset(grown + kept->task_count, 0,
           (count - kept->task_count) * sizeof *grown);
    kept->tasks = grown;
    kept->task_count = count;
    return &grown[task];
}

/* As long as it grows nothing has been written over, so all stays in place. */
static bool has_room(struct tl_kept_spans_of *list)
{
    if (list->count < list->room || list->room == TL_KEPT_SPANS_MOST)
        return true;
    uint32_t room = list->room ? 2 * list->room : ROOM_FIRST;
    struct tl_span *grown = realloc(list->spans, room * sizeof *grown);
    if (!grown)
        return false;
    list->spans = grown;
    list->room = room;
    return true;
}

void tl_kept_spans_add(struct tl_kept_spans *kept, const struct tl_span *span)
{
    struct tl_kept_spans_of *list = list_of(kept, span->task);
    if (!list || (!has_room(list) && !list->room))
        return;
    list->spans[list->count++ % list->room] = *span;
}

uint64_t tl_kept_spans_left_out(const struct tl_kept_spans *kept,
                                int64_t *since)
{
    uint64_t out = 0;
    *since = 0;
    for (uint32_t task = 0; task < kept->task_count; task++) {
        const struct tl_kept_spans_of *list = &kept->tasks[task];
        if (list->count <= list->room)
            continue;
        out += list->count - list->room;
        int64_t oldest = list->spans[list->count % list->room].began;
        if (oldest > *since)
            *since = oldest;
    }
    return out;
}

void tl_kept_spans_write(const struct tl_kept_spans *kept,
                         struct tl_trace_file *file)
{
    for (uint32_t task = 0; task < kept->task_count; task++) {
        const struct tl_kept_spans_of *list = &kept->tasks[task];
        uint64_t first =
            list->count > list->room ? list->count - list->room : 0;
        for (uint64_t n = first; n < list->count; n++)
            tl_trace_file_span(file, &list->spans[n % list->room]);
    }
}
