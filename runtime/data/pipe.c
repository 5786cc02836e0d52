#include "data/pipe.h"

#include <stdio.h>

#include "store/constructor.h"
#include "store/handle.h"
#include "store/log.h"
#include "trace/recording.h"

static struct tl_pipe *pipe_of(const struct tl_handle *handle)
{
    return handle->object;
}

/* The first use of an end by a task that inherited it makes it a holder. */
static int enter(const struct tl_handle *end, enum tl_operation operation)
{
    int status = tl_enter(end, operation);
    if (status < 0)
        return status;
    tl_ref *ref = &tl_handle_cell(end)->ref;
    if (__builtin_expect(!(*ref & TL_CLAIMED), 0))
        tl_refs_set(ref, *ref | TL_CLAIMED);
    return TL_OK;
}

static int init(struct tl_pipe *pipe)
{
    uint64_t share = tl_root()->size / 16;
    uint32_t most = share < TL_PIPE_BYTES ? (uint32_t)share : TL_PIPE_BYTES;
    for (int side = 0; side < 2; side++) {
        int status = tl_stream_init(&pipe->streams[side], pipe, 0, most,
                                    TL_VERB_RECV, TL_VERB_SEND);
        if (status < 0)
            return status;
    }
    return TL_OK;
}

int tl_pipe_new(struct tl_handle ends[2], const char *name, bool duplex)
{
    int status;
    struct tl_pipe *pipe =
        tl_constructor_begin(&ends[0], TL_KIND_PIPE, name, 0, &status);
    if (!pipe)
        return status;
    pipe->duplex = duplex;
    status = init(pipe);
    if (status < 0) {
        tl_refs_reclaim_for(tl_self);
        return status;
    }
    status = tl_constructor_finish(&ends[0], 0);
    if (status < 0)
        return status;
    status = tl_handle_make(&ends[1], &pipe->object, 1, true);
    if (status < 0)
        tl_handle_close(&ends[0]);
    return status;
}

int tl_pipe_send(const struct tl_handle *end, const struct tl_message *m,
                 tl_deadline deadline)
{
    int status = enter(end, TL_OP_PIPE_SEND);
    if (status < 0)
        return status;
    struct tl_pipe *pipe = pipe_of(end);
    if (!pipe->duplex && end->side == 0)
        return TL_WRONG_END;
    status = tl_stream_put(&pipe->streams[end->side], m, deadline);
    tl_recording_direction(end->side);
    return status;
}

static struct tl_stream *incoming(const struct tl_handle *end,
                                  enum tl_operation operation, int *status)
{
    int side = end->side & ~TL_SIDE_LOOKS;
    *status =
        side == end->side ? enter(end, operation) : tl_enter(end, operation);
    if (*status < 0)
        return NULL;
    struct tl_pipe *pipe = pipe_of(end);
    if (!pipe->duplex && side == 1) {
        *status = TL_WRONG_END;
        return NULL;
    }
    return &pipe->streams[!side];
}

int tl_pipe_recv(const struct tl_handle *end, struct tl_parcel *parcel,
                 tl_deadline deadline)
{
    int status;
    struct tl_stream *stream = incoming(end, TL_OP_PIPE_RECV, &status);
    if (!stream)
        return status;
    status = tl_stream_get(stream, parcel, NULL, deadline);
    tl_recording_direction(!end->side);
    return status;
}

int tl_pipe_poll(const struct tl_handle *end, tl_deadline deadline)
{
    int status;
    struct tl_stream *stream = incoming(end, TL_OP_PIPE_POLL, &status);
    return stream ? tl_stream_poll(stream, deadline) : status;
}

int tl_pipe_ready(const struct tl_handle *end, struct tl_watch *watch)
{
    int status;
    struct tl_stream *stream = incoming(end, TL_OP_NONE, &status);
    return stream ? tl_stream_ready(stream, watch) : status;
}

int tl_pipe_closes(const struct tl_handle *end)
{
    return tl_enter(end, TL_OP_PIPE_CLOSE);
}

int tl_pipe_close(struct tl_handle *end)
{
    int status = tl_pipe_closes(end);
    if (status < 0)
        return status;
    tl_handle_close(end);
    return TL_OK;
}

void tl_pipe_side_closed(struct tl_object *object, int side)
{
    struct tl_pipe *pipe = (struct tl_pipe *)object;
    (void)side;
    tl_stream_close(&pipe->streams[0]);
    tl_stream_close(&pipe->streams[1]);
}

void tl_pipe_describe(const struct tl_object *object, int side, char *text,
                      size_t size)
{
    const struct tl_pipe *pipe = (const struct tl_pipe *)object;
    const char *what = pipe->duplex ? "duplex" : side ? "sends" : "receives";
    const struct tl_stream *in = &pipe->streams[!side];
    const struct tl_stream *out = &pipe->streams[side];
    snprintf(text, size,
             "end %d, %s, %u to receive, %u sent on the way, %u receiving, "
             "%u sending%s",
             side + 1, what, tl_stream_size(in), tl_stream_size(out),
             tl_wait_queue_waiting(&in->filled),
             tl_wait_queue_waiting(&out->emptied),
             tl_stream_closed(out) ? ", closed" : "");
}

bool tl_pipe_check(const struct tl_object *object)
{
    const struct tl_pipe *pipe = (const struct tl_pipe *)object;
    return tl_stream_check(&pipe->streams[0]) &&
           tl_stream_check(&pipe->streams[1]);
}

void tl_pipe_repair(struct tl_object *object, struct tl_guard *guard,
                    struct tl_task *dead)
{
    struct tl_pipe *pipe = (struct tl_pipe *)object;
    tl_stream_repair(&pipe->streams[0], guard, dead);
    tl_stream_repair(&pipe->streams[1], guard, dead);
}

/* The dead task may have closed one end of a stream and not the other. */
void tl_pipe_task_died(struct tl_object *object, struct tl_task *dead,
                       struct tl_cell *cell)
{
    (void)dead;
    (void)cell;
    for (int side = 0; side < 2; side++) {
        if (tl_log_peek(&object->holders[side]) == 0)
            tl_pipe_side_closed(object, side);
        tl_stream_settle(&((struct tl_pipe *)object)->streams[side]);
    }
}

void tl_pipe_destroy(struct tl_object *object)
{
    struct tl_pipe *pipe = (struct tl_pipe *)object;
    tl_stream_destroy(&pipe->streams[0]);
    tl_stream_destroy(&pipe->streams[1]);
}
