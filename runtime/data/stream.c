#include "data/stream.h"

#include "base/fault.h"
#include "data/segment.h"
#include "public/status.h"
#include "store/heap.h"
#include "store/message.h"
#include "store/repair_note.h"

int tl_stream_init(struct tl_stream *stream, const void *object, uint32_t most,
                   uint32_t most_bytes, enum tl_verb get, enum tl_verb put)
{
    tl_guard_init(&stream->put_guard, TL_GUARD_OBJECT, object);
    tl_guard_init(&stream->get_guard, TL_GUARD_OBJECT, object);
    tl_wait_queue_init(&stream->filled, object, get);
    tl_wait_queue_init(&stream->emptied, object, put);
    stream->most = most;
    stream->most_bytes = most_bytes;
    int status = tl_heap_take(&stream->get_segment, sizeof(struct tl_segment));
    if (status < 0)
        return status;
    struct tl_segment *segment = tl_at(stream->get_segment);
    segment->base = 0;
    stream->put_segment = stream->get_segment;
    return TL_OK;
}

/* Marks `tail` first, then `head`.  Whoever finds only `tail` marked knows that
 * a closer has died between the two, and finishes (tl_stream_settle). */
void tl_stream_close(struct tl_stream *stream)
{
    tl_guard_take(&stream->get_guard, TL_FOREVER);
    atomic_fetch_or(&stream->tail, TL_STREAM_CLOSED); /* commit */
    tl_fault();
    tl_guard_drop(&stream->get_guard);
    tl_guard_take(&stream->put_guard, TL_FOREVER);
    atomic_fetch_or(&stream->head, TL_STREAM_CLOSED);
    tl_fault();
    tl_guard_drop(&stream->put_guard);
    tl_wake(&stream->filled, TL_WAKE_ALL);
    tl_wake(&stream->emptied, TL_WAKE_ALL);
}

void tl_stream_settle(struct tl_stream *stream)
{
    tl_turn_forget(&stream->put_turn);
    tl_turn_forget(&stream->get_turn);
    uint64_t closed = atomic_load(&stream->tail) & TL_STREAM_CLOSED;
    if (closed && !(atomic_load(&stream->head) & TL_STREAM_CLOSED))
        tl_stream_close(stream);
}

bool tl_stream_closed(const struct tl_stream *stream)
{
    return atomic_load(&stream->tail) & TL_STREAM_CLOSED;
}

uint32_t tl_stream_size(const struct tl_stream *stream)
{
    for (;;) {
        uint64_t tail = atomic_load(&stream->tail);
        uint64_t head = atomic_load(&stream->head);
        /* if nobody got anything meanwhile, `tail` still was as read when
         * `head` was read */
        if (atomic_load(&stream->tail) == tail)
            return tl_between(tail, head);
    }
}

uint32_t tl_stream_unfinished(const struct tl_stream *stream, uint64_t done)
{
    return (tl_count(atomic_load(&stream->head)) - (uint32_t)done) &
           TL_COUNT_MASK;
}

int tl_stream_done(struct tl_stream *stream, struct tl_cell *cell)
{
    int status = tl_guard_take(&stream->get_guard, TL_FOREVER);
    if (status < 0)
        return status;
    uint64_t done = atomic_load_explicit(&stream->done, memory_order_relaxed);
    if (tl_stream_unfinished(stream, done) == 0) {
        status = TL_TOO_MANY_DONE;
    } else {
        tl_repair_note_begin(TL_DOING_DONE, done, cell, cell->debt ? -1 : 0);
        atomic_store(&stream->done, done + 1); /* commit */
        tl_fault();
        tl_repair_note_pay();
        tl_repair_note_end();
    }
    tl_guard_drop(&stream->get_guard);
    return status;
}

bool tl_stream_abandon(struct tl_stream *stream, struct tl_cell *cell)
{
    tl_guard_take(&stream->get_guard, TL_FOREVER);
    uint64_t done = atomic_load(&stream->done);
    uint32_t out = tl_stream_unfinished(stream, done) - tl_stream_size(stream);
    uint32_t lost = cell->debt < out ? cell->debt : out;
    tl_repair_note_begin(TL_DOING_DONE, done, cell, -(int64_t)cell->debt);
    atomic_store(&stream->done, done + lost); /* commit */
    tl_fault();
    tl_repair_note_pay();
    tl_repair_note_end();
    tl_guard_drop(&stream->get_guard);
    return lost > 0;
}

static void repair_put(struct tl_stream *stream, struct tl_task *dead)
{
    uint64_t *spare = &dead->owned_blocks[TL_OWNED_SEGMENT];
    struct tl_segment *last = tl_at(stream->put_segment);
    if (last->next)
        stream->put_segment = last->next;
    /* the segment is the stream's; also where a repair for another dead task
     * has moved put_segment already */
    if (stream->put_segment == *spare)
        *spare = 0;
    if (dead->note.doing != TL_DOING_PUT)
        return;
    if (atomic_load(&stream->head) != dead->note.before)
        dead->owned_blocks[TL_OWNED_MESSAGE] = 0;
    else
        atomic_store(&stream->packed_put, dead->note.packed);
}

static void repair_get(struct tl_stream *stream, struct tl_task *dead)
{
    if (stream->get_segment == dead->owned_blocks[TL_OWNED_SEGMENT])
        dead->owned_blocks[TL_OWNED_SEGMENT] = 0;
    if (dead->note.doing == TL_DOING_GET) {
        if (atomic_load(&stream->tail) != dead->note.before) {
            tl_repair_note_pay_for(dead);
        } else {
            dead->owned_blocks[TL_OWNED_MESSAGE] = 0;
            atomic_store(&stream->packed_got, dead->note.packed);
        }
    }
    if (dead->note.doing == TL_DOING_DONE &&
        atomic_load(&stream->done) != dead->note.before)
        tl_repair_note_pay_for(dead);
}

void tl_stream_repair(struct tl_stream *stream, struct tl_guard *guard,
                      struct tl_task *dead)
{
    if (guard == &stream->put_guard)
        repair_put(stream, dead);
    else if (guard == &stream->get_guard)
        repair_get(stream, dead);
}

bool tl_stream_check(const struct tl_stream *stream)
{
    uint64_t tail = atomic_load(&stream->tail);
    uint64_t head = atomic_load(&stream->head);
    if (!stream->get_segment)
        return true; /* not yet made */
    if ((head ^ tail) & TL_STREAM_CLOSED)
        return false;
    uint64_t at = tl_position(tail), left = tl_between(tail, head);
    uint64_t packed = atomic_load(&stream->packed_got);
    struct tl_segment *segment = tl_at(stream->get_segment);
    while (left > 0) {
        struct tl_frame *frame = tl_frame_here(segment, &at);
        if (frame) {
            at += tl_frame_units(frame);
            left--;
            if (frame->size == TL_FRAME_PACKED)
                packed += (uint64_t)frame->units * TL_PACKED_UNIT;
        } else if (segment->next) {
            segment = tl_at(segment->next);
        } else {
            return false;
        }
    }
    return (at & TL_POSITION_MASK) == tl_position(head) &&
           packed == atomic_load(&stream->packed_put);
}

/* Drops the message blocks that nobody got.  The commit of each is tail, so
 * that a task that goes on after a dead one begins where that one was. */
static void drop_messages(struct tl_stream *stream)
{
    uint64_t head = atomic_load(&stream->head);
    for (;;) {
        uint64_t tail = atomic_load(&stream->tail);
        if (tl_between(tail, head) == 0)
            return;
        struct tl_segment *segment = tl_at(stream->get_segment);
        uint64_t at = tl_position(tail);
        struct tl_frame *frame = tl_frame_here(segment, &at);
        if (!frame) {
            tl_heap_release(&stream->get_segment, segment->next);
            continue;
        }
        if (frame->size == TL_FRAME_PACKED)
            tl_message_drop((uint64_t *)(void *)frame->bytes);
        atomic_store(&stream->tail, tl_moved(tail, at + tl_frame_units(frame)));
    }
}

void tl_stream_destroy(struct tl_stream *stream)
{
    if (!stream->get_segment)
        return;
    drop_messages(stream);
    while (stream->get_segment) {
        struct tl_segment *segment = tl_at(stream->get_segment);
        tl_heap_release(&stream->get_segment, segment->next);
    }
}
