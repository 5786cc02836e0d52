#include "data/queue.h"

#include <stdio.h>

#include "store/constructor.h"
#include "store/handle.h"

static struct tl_queue *queue_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_queue_new(struct tl_handle *out, const char *name,
                 enum tl_queue_order order, uint32_t maxsize)
{
    int status;
    struct tl_queue *queue = tl_constructor_begin(
        out, TL_KIND_QUEUE, name, (uint64_t)order << 32 | maxsize, &status);
    if (!queue)
        return status;
    queue->order = order;
    queue->maxsize = maxsize;
    tl_wait_queue_init(&queue->all_done, queue, TL_VERB_JOIN);
    if (order == TL_FIFO)
        status = tl_stream_init(&queue->stream, queue, maxsize, 0, TL_VERB_GET,
                                TL_VERB_PUT);
    else
        tl_ordered_queue_init(&queue->ordered, queue, order == TL_LIFO,
                              maxsize);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    return tl_constructor_finish(out, 0);
}

int tl_queue_put(const struct tl_handle *handle, const struct tl_message *m,
                 double priority, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_QUEUE_PUT);
    if (status < 0)
        return status;
    struct tl_queue *queue = queue_of(handle);
    if (priority != 0 && queue->order != TL_PRIORITY)
        return TL_UNORDERED;
    status = queue->order == TL_FIFO
                 ? tl_stream_put(&queue->stream, m, deadline)
                 : tl_ordered_queue_put(&queue->ordered, m, priority, deadline);
    return status == TL_TIMEOUT ? TL_FULL : status;
}

int tl_queue_get(const struct tl_handle *handle, struct tl_parcel *parcel,
                 tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_QUEUE_GET);
    if (status < 0)
        return status;
    struct tl_queue *queue = queue_of(handle);
    struct tl_cell *cell = tl_handle_cell(handle);
    status =
        queue->order == TL_FIFO
            ? tl_stream_get(&queue->stream, parcel, cell, deadline)
            : tl_ordered_queue_get(&queue->ordered, parcel, cell, deadline);
    return status == TL_TIMEOUT ? TL_EMPTY : status;
}

static uint32_t size_of(const struct tl_queue *queue)
{
    return queue->order == TL_FIFO ? tl_stream_size(&queue->stream)
                                   : tl_ordered_queue_size(&queue->ordered);
}

static bool is_closed(const struct tl_queue *queue)
{
    return queue->order == TL_FIFO ? tl_stream_closed(&queue->stream)
                                   : tl_ordered_queue_closed(&queue->ordered);
}

int64_t tl_queue_size(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_QUEUE_SIZE);
    return status < 0 ? status : (int64_t)size_of(queue_of(handle));
}

uint32_t tl_queue_maxsize(const struct tl_handle *handle)
{
    return handle->object ? queue_of(handle)->maxsize : 0;
}

enum tl_queue_order tl_queue_order(const struct tl_handle *handle)
{
    return handle->object ? (enum tl_queue_order)queue_of(handle)->order
                          : TL_FIFO;
}

int tl_queue_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_queue *queue = queue_of(handle);
    return queue->order == TL_FIFO
               ? tl_stream_ready(&queue->stream, watch)
               : tl_ordered_queue_ready(&queue->ordered, watch);
}

int tl_queue_close(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_QUEUE_CLOSE);
    if (status < 0)
        return status;
    struct tl_queue *queue = queue_of(handle);
    if (queue->order == TL_FIFO)
        tl_stream_close(&queue->stream);
    else
        tl_ordered_queue_close(&queue->ordered);
    return TL_OK;
}

int tl_queue_task_done(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_QUEUE_TASK_DONE);
    if (status < 0)
        return status;
    struct tl_queue *queue = queue_of(handle);
    struct tl_cell *cell = tl_handle_cell(handle);
    status = queue->order == TL_FIFO
                 ? tl_stream_done(&queue->stream, cell)
                 : tl_ordered_queue_done(&queue->ordered, cell);
    if (status == TL_OK)
        tl_wake(&queue->all_done, TL_WAKE_ALL);
    return status;
}

static _Atomic uint64_t *done_word(struct tl_queue *queue)
{
    return queue->order == TL_FIFO ? &queue->stream.done : &queue->ordered.done;
}

static uint32_t unfinished(const struct tl_queue *queue, uint64_t done)
{
    return queue->order == TL_FIFO
               ? tl_stream_unfinished(&queue->stream, done)
               : tl_ordered_queue_unfinished(&queue->ordered, done);
}

int tl_queue_join(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_QUEUE_JOIN);
    if (status < 0)
        return status;
    struct tl_queue *queue = queue_of(handle);
    /* joins that wait at the same time all tell of the same death */
    uint64_t told = atomic_load(&queue->told);
    _Atomic uint64_t *word = done_word(queue);
    for (;;) {
        uint64_t done = atomic_load(word);
        if (unfinished(queue, done) == 0)
            break;
        status = tl_wait(&queue->all_done, word, done, deadline);
        if (status < 0)
            return status;
    }
    uint64_t abandons = atomic_load(&queue->abandons);
    atomic_store(&queue->told, abandons);
    return abandons > told ? TL_ABANDONED : TL_OK;
}

void tl_queue_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_queue *queue = (const struct tl_queue *)object;
    const struct tl_wait_queue *filled = queue->order == TL_FIFO
                                             ? &queue->stream.filled
                                             : &queue->ordered.filled;
    const struct tl_wait_queue *emptied = queue->order == TL_FIFO
                                              ? &queue->stream.emptied
                                              : &queue->ordered.emptied;
    static const char *const orders[] = {"", ", lifo", ", priority"};
    char bound[32] = "";
    (void)side;
    if (queue->maxsize)
        snprintf(bound, sizeof bound, " of %u", queue->maxsize);
    snprintf(text, size,
             "%u%s messages%s%s, %u getting, %u putting, %u joining",
             size_of(queue), bound, orders[queue->order],
             is_closed(queue) ? ", closed" : "", tl_wait_queue_waiting(filled),
             tl_wait_queue_waiting(emptied),
             tl_wait_queue_waiting(&queue->all_done));
}

bool tl_queue_check(const struct tl_object *object)
{
    const struct tl_queue *queue = (const struct tl_queue *)object;
    return queue->order == TL_FIFO ? tl_stream_check(&queue->stream)
                                   : tl_ordered_queue_check(&queue->ordered);
}

void tl_queue_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead)
{
    struct tl_queue *queue = (struct tl_queue *)object;
    if (queue->order == TL_FIFO)
        tl_stream_repair(&queue->stream, guard, dead);
    else
        tl_ordered_queue_repair(&queue->ordered, dead);
}

void tl_queue_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell)
{
    struct tl_queue *queue = (struct tl_queue *)object;
    (void)dead;
    if (queue->order == TL_FIFO)
        tl_stream_settle(&queue->stream);
    else
        tl_ordered_queue_settle(&queue->ordered);
    if (!cell->debt)
        return;
    /* before the items count as done, so that a join that ends by them knows;
     * to count one abandon twice does no harm */
    atomic_fetch_add(&queue->abandons, 1);
    tl_fault();
    if (queue->order == TL_FIFO)
        tl_stream_abandon(&queue->stream, cell);
    else
        tl_ordered_queue_abandon(&queue->ordered, cell);
    tl_wake(&queue->all_done, TL_WAKE_ALL);
}

void tl_queue_destroy(struct tl_object *object)
{
    struct tl_queue *queue = (struct tl_queue *)object;
    if (queue->order == TL_FIFO)
        tl_stream_destroy(&queue->stream);
    else
        tl_ordered_queue_destroy(&queue->ordered);
}
