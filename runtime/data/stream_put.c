/*
 * Stream put: the writers' end of a stream.
 *
 * A small message goes into the segment; any other is packed into a message
 * block first, with no guard held.  Then the task tries under put_guard: where
 * the stream is open and has room, and it is this task's turn, it writes a
 * frame behind the last one and stores `head`, which is the commit.  What a
 * try lacks (room, the turn, a further segment) the task gets with the guard
 * free, and tries again.
 *
 * `tail_seen` and `packed_seen` are old values of the readers' words.  While
 * they show room, a put does not touch the readers' line.
 *
 * A fresh segment is filled in first; the task that linked it to the one
 * before clears its own word after that, and moves put_segment last.  So
 * repair finds by `next` alone how far a dead task came.
 */
#include "data/stream.h"

#include <string.h>

#include "base/fault.h"
#include "data/segment.h"
#include "public/status.h"
#include "store/heap.h"
#include "store/message.h"
#include "store/repair_note.h"
#include "trace/recording.h"

#define PACKED_LEAST 192 /* bytes of a block whose message has none */
#define PATIENT_FOR 1024 /* messages: the most, where bytes count */

static uint32_t bound_of(const struct tl_stream *stream)
{
    /* without a bound, too, no more than can be counted */
    return stream->most == 0 || stream->most > TL_COUNT_MASK ? TL_COUNT_MASK
                                                             : stream->most;
}

/* Relaxed: it changes under the guard; a look without the guard is repeated. */
static uint64_t packed_put(const struct tl_stream *stream)
{
    return atomic_load_explicit(&stream->packed_put, memory_order_relaxed);
}

/* Whether there is room, when readers are at `tail` and have got `got` bytes of
 * message blocks. */
static bool is_room(const struct tl_stream *stream, uint64_t tail,
                    uint64_t head, uint64_t got)
{
    if (!stream->most_bytes)
        return tl_between(tail, head) < bound_of(stream);
    int64_t units = tl_distance(tl_position(tail), tl_position(head));
    return units * TL_UNIT + (int64_t)(packed_put(stream) - got) <
           (int64_t)stream->most_bytes;
}

static bool has_room(struct tl_stream *stream, uint64_t head)
{
    if (is_room(stream, stream->tail_seen, head, stream->packed_seen))
        return true;
    /* acquire: the bytes before tail have been read before they are
     * written over; pairs with the commit of get */
    stream->tail_seen =
        atomic_load_explicit(&stream->tail, memory_order_acquire);
    stream->packed_seen =
        atomic_load_explicit(&stream->packed_got, memory_order_relaxed);
    if (!is_room(stream, stream->tail_seen, head, stream->packed_seen))
        return false;
    uint32_t filled = tl_between(stream->tail_seen, head);
    uint32_t most = stream->most_bytes ? PATIENT_FOR : bound_of(stream);
    tl_backoff_learn(&stream->put_patience, filled < most ? most - filled : 1,
                     most);
    return true;
}

/* Where a frame of so many units goes, or NULL: a new segment is needed and
 * this task does not own one. */
static struct tl_segment *place(struct tl_stream *stream, uint32_t units,
                                uint64_t *at)
{
    struct tl_segment *segment = tl_at(stream->put_segment);
    uint64_t *spare = &tl_self->owned_blocks[TL_OWNED_SEGMENT];
    *at =
        tl_position(atomic_load_explicit(&stream->head, memory_order_relaxed));
    if (tl_distance(segment->base, *at) < 0)
        *at = segment->base; /* the rest of the one before is skipped */
    int64_t within = tl_distance(segment->base, *at);
    if (within + units <= TL_SEGMENT_UNITS)
        return segment;
    if (!*spare)
        return NULL;
    if (within < TL_SEGMENT_UNITS)
        tl_frame_at(segment, *at)->size = TL_FRAME_SKIP;
    struct tl_segment *fresh = tl_at(*spare);
    fresh->base = (segment->base + TL_SEGMENT_UNITS) & TL_POSITION_MASK;
    fresh->next = 0;
    tl_fault();
    segment->next = *spare; /* adopted */
    tl_fault();
    *spare = 0;
    tl_fault();
    stream->put_segment = segment->next;
    tl_fault();
    *at = fresh->base;
    return fresh;
}

/* Under the guard, with room and a place: writes and commits. */
static void write_small(struct tl_stream *stream, struct tl_segment *segment,
                        uint64_t at, const struct tl_message *m)
{
    uint64_t head = atomic_load_explicit(&stream->head, memory_order_relaxed);
    struct tl_frame *frame = tl_frame_at(segment, at);
    frame->size = (uint32_t)m->size;
    tl_message_copy(frame->bytes, m);
    tl_fault();
    /* commit; release: the bytes before the word */
    atomic_store_explicit(&stream->head,
                          tl_moved(head, at + tl_units_of(frame->size)),
                          memory_order_release);
    tl_fault();
}

/* About how much the message takes of the arena. */
static uint32_t packed_units(const struct tl_message *m)
{
    uint64_t bytes = m->size + m->ref_count * sizeof(tl_ref) + PACKED_LEAST;
    uint64_t units = bytes / TL_PACKED_UNIT;
    return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX;
}

/* The same for a message block, which this task owns. */
static void write_packed(struct tl_stream *stream, struct tl_segment *segment,
                         uint64_t at, const struct tl_message *m)
{
    uint64_t head = atomic_load_explicit(&stream->head, memory_order_relaxed);
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    struct tl_frame *frame = tl_frame_at(segment, at);
    uint64_t sum = packed_put(stream);
    frame->size = TL_FRAME_PACKED;
    frame->units = packed_units(m);
    memcpy(frame->bytes, block, sizeof *block);
    tl_self->note.packed = sum;
    tl_repair_note_begin(TL_DOING_PUT, head, NULL, 0);
    atomic_store_explicit(&stream->packed_put,
                          sum + (uint64_t)frame->units * TL_PACKED_UNIT,
                          memory_order_relaxed);
    tl_fault();
    /* commit: the block is the stream's now */
    atomic_store_explicit(&stream->head,
                          tl_moved(head, at + tl_units_of(sizeof *block)),
                          memory_order_release);
    tl_fault();
    *block = 0;
    tl_repair_note_end();
}

/* What one try at a put needs before it can go on. */
enum need { NEED_NOTHING, NEED_ROOM, NEED_TURN, NEED_SEGMENT, NEED_OPEN };

/* A put that has not yet come to its end. */
struct putting {
    const struct tl_message *m;
    bool packed;
    tl_deadline deadline;
    struct tl_entrant entrant;
};

static enum need try_put(struct tl_stream *stream, struct putting *put)
{
    bool packed = put->packed;
    uint64_t head = atomic_load_explicit(&stream->head, memory_order_relaxed);
    if (head & TL_STREAM_CLOSED)
        return NEED_OPEN;
    if (!has_room(stream, head))
        return NEED_ROOM;
    if (!tl_turn_is_mine(&stream->put_turn, &put->entrant, put->deadline))
        return NEED_TURN;
    uint32_t size =
        packed ? (uint32_t)sizeof(uint64_t) : (uint32_t)put->m->size;
    uint64_t at;
    struct tl_segment *segment = place(stream, tl_units_of(size), &at);
    if (!segment)
        return NEED_SEGMENT;
    tl_recording_message(tl_stream_number(head));
    if (packed)
        write_packed(stream, segment, at, put->m);
    else
        write_small(stream, segment, at, put->m);
    return NEED_NOTHING;
}

static int wait_for_room(struct tl_stream *stream, struct putting *put)
{
    uint64_t tail = atomic_load(&stream->tail);
    uint64_t head = atomic_load(&stream->head);
    /* tail first: the stream may seem fuller than it is, but only where tail
     * has moved meanwhile, and then the wait ends at once */
    if ((head | tail) & TL_STREAM_CLOSED) {
        /* the closer may be stopped or dead before it closed this end */
        tl_stream_settle(stream);
        return TL_OK;
    }
    if (is_room(stream, tail, head, atomic_load(&stream->packed_got)) &&
        tl_turn_is_mine(&stream->put_turn, &put->entrant, put->deadline))
        return TL_OK;
    return tl_turn_wait(
        &stream->put_turn, &put->entrant, &stream->emptied, &stream->tail, tail,
        tl_backoff_pauses(&stream->put_patience), put->deadline);
}

/* Calls a writer if there is room: one may have left it to this task, or this
 * task may have been called for it and not have used it. */
static void wake_next(struct tl_stream *stream)
{
    uint64_t tail = atomic_load(&stream->tail);
    if (is_room(stream, tail, atomic_load(&stream->head),
                atomic_load(&stream->packed_got)))
        tl_wake(&stream->emptied, 1);
}

static int put_prepared(struct tl_stream *stream, struct putting *put)
{
    for (;;) {
        int status = tl_guard_take(&stream->put_guard, put->deadline);
        if (status < 0)
            return status;
        enum need need = try_put(stream, put);
        tl_guard_drop(&stream->put_guard);
        switch (need) {
        case NEED_NOTHING:
            tl_wake_after_drop(&stream->filled, 1);
            return TL_OK;
        case NEED_OPEN:
            return TL_CLOSED;
        case NEED_SEGMENT:
            status = tl_heap_take(&tl_self->owned_blocks[TL_OWNED_SEGMENT],
                                  sizeof(struct tl_segment));
            break;
        case NEED_ROOM:
            status = stream->most | stream->most_bytes
                         ? wait_for_room(stream, put)
                         : TL_NO_MEMORY;
            break;
        case NEED_TURN:
            status = wait_for_room(stream, put);
        }
        if (status < 0)
            return status;
    }
}

int tl_stream_put(struct tl_stream *stream, const struct tl_message *m,
                  tl_deadline deadline)
{
    struct putting put = {
        .m = m, .packed = !tl_message_is_small(m), .deadline = deadline};
    uint64_t *block = &tl_self->owned_blocks[TL_OWNED_MESSAGE];
    if (put.packed) {
        if (tl_recording_is_here())
            tl_recording_lasts();
        int status = tl_message_pack(block, m);
        if (status < 0)
            return status;
    }
    int status = put_prepared(stream, &put);
    if (status < 0)
        tl_turn_leave(&stream->put_turn, &put.entrant);
    if (status < 0 || tl_turn_taken(&stream->put_turn, &put.entrant))
        wake_next(stream);
    tl_message_drop(block); /* where it was not put */
    tl_heap_release(&tl_self->owned_blocks[TL_OWNED_SEGMENT], 0);
    return status;
}
