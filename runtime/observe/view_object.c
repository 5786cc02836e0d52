#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/pipe.h"
#include "data/queue.h"
#include "observe/view.h"
#include "park/wait_queue.h"
#include "store/cell.h"
#include "store/name_index.h"
#include "tasks/task.h"

#define NAMED_MOST 100000 /* a list that changes meanwhile may be a circle */

/* ---- which there are ---- */

struct list {
    uint64_t *offsets;
    size_t count, most;
};

/* The kind of the object there, or NULL: it is none. */
static const struct tl_kind *kind_at(uint64_t offset)
{
    if (!tl_is_within(offset, sizeof(struct tl_object)))
        return NULL;
    const struct tl_object *object = tl_at(offset);
    uint64_t kind = *(const volatile uint64_t *)&object->kind;
    return kind != TL_KIND_NONE && kind < TL_KINDS ? &tl_upcalls->kinds[kind]
                                                   : NULL;
}

static void add(struct list *list, uint64_t offset)
{
    const struct tl_kind *kind = kind_at(offset);
    if (kind && kind->describe && list->count < list->most)
        list->offsets[list->count++] = offset;
}

static int by_offset(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return one < other ? -1 : one > other;
}

/* In order, and each once. */
static void tidy(struct list *list)
{
    size_t kept = 0;
    if (list->count == 0)
        return;
    qsort(list->offsets, list->count, sizeof *list->offsets, by_offset);
    for (size_t i = 1; i < list->count; i++)
        if (list->offsets[i] != list->offsets[kept])
            list->offsets[++kept] = list->offsets[i];
    list->count = kept + 1;
}

static void add_cells(struct list *list, struct tl_task *task)
{
    uint32_t count = atomic_load(&task->cells);
    for (uint32_t i = 0; i < count; i++) {
        const struct tl_cell *cell = tl_cell_at(task, i);
        tl_ref ref = *(const volatile tl_ref *)&cell->ref;
        if (list->count == list->most)
            tidy(list);
        add(list, ref & ~TL_REF_BITS);
    }
}

static void collect(void *context)
{
    struct list *list = context;
    const struct tl_name_index *names = tl_region(TL_REGION_NAMES);
    for (uint32_t n = 1; n <= tl_task_highest() && n <= tl_task_limit(); n++)
        if (tl_task_taken(tl_task_at(n)))
            add_cells(list, tl_task_at(n));
    uint64_t at = names->first;
    for (int i = 0; kind_at(at) && i < NAMED_MOST; i++) {
        add(list, at);
        at = ((const struct tl_object *)tl_at(at))->next_named;
    }
}

size_t tl_view_objects(int view, uint64_t *offsets, size_t most)
{
    struct list list = {.offsets = offsets, .most = most};
    tl_view_try(view, collect, &list); /* as far as it came */
    tidy(&list);
    return list.count;
}

/* ---- what one is like ---- */

struct look {
    uint64_t offset;
    struct tl_view_object *object;
    bool there;
};

static int64_t moves_of(const struct tl_stream *stream)
{
    return (int64_t)((atomic_load(&stream->head) >> 34) +
                     (atomic_load(&stream->tail) >> 34));
}

static int64_t count_moves(const struct tl_object *object)
{
    if (object->kind == TL_KIND_QUEUE) {
        const struct tl_queue *queue = (const struct tl_queue *)object;
        return queue->order == TL_FIFO ? moves_of(&queue->stream) : -1;
    }
    if (object->kind == TL_KIND_PIPE) {
        const struct tl_pipe *pipe = (const struct tl_pipe *)object;
        return moves_of(&pipe->streams[0]) + moves_of(&pipe->streams[1]);
    }
    return -1;
}

static void look_at(void *context)
{
    struct look *look = context;
    struct tl_view_object *seen = look->object;
    const struct tl_kind *kind = kind_at(look->offset);
    look->there = kind != NULL;
    if (!kind)
        return;
    const struct tl_object *object = tl_at(look->offset);
    seen->kind = (uint32_t)(kind - tl_upcalls->kinds);
    seen->number = object->number;
    memcpy(seen->name, object->name, TL_NAME_SIZE - 1);
    const char *quote = seen->name[0] ? "\"" : "";
    snprintf(seen->title, sizeof seen->title, "%s#%d%s%s%s%s", kind->name,
             (int)seen->number, seen->name[0] ? " " : "", quote, seen->name,
             quote);
    seen->moves = count_moves(object);
    if (kind->describe)
        kind->describe(object, 0, seen->state, sizeof seen->state);
    if (kind_at(look->offset) != kind || object->number != seen->number)
        snprintf(seen->state, sizeof seen->state, "?");
}

bool tl_view_object(int view, uint64_t offset, struct tl_view_object *object)
{
    struct look look = {.offset = offset, .object = object};
    memset(object, 0, sizeof *object);
    object->moves = -1;
    if ((int)tl_arena == view) { /* within a look of its own */
        look_at(&look);
        return look.there;
    }
    if (!tl_view_try(view, look_at, &look))
        snprintf(object->state, sizeof object->state, "?");
    return look.there;
}
