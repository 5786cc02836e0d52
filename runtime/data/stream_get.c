/*
 * Stream get: the readers' end of a stream.
 *
 * Under get_guard the task copies a small message out of the segment, or
 * becomes the owner of a message block, and then stores `tail`, which is the
 * commit: from then on the room is the writers' again.  The repair note holds
 * `tail` as it was, and so tells after a death whether the message was got.
 *
 * `head_seen` is an old value of the writers' word.  While it shows a message,
 * a get does not touch the writers' line.
 *
 * A segment that has been read becomes the task's own (TL_OWNED_SEGMENT).  The
 * task releases it, and wakes writers, with the guard free.
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

#define PREFETCH_LEAST 512

static bool has_message(struct tl_stream *stream, uint64_t tail)
{
    if (tl_between(tail, stream->head_seen) > 0)
        return true;
    /* acquire: pairs with the commit of put */
    stream->head_seen =
        atomic_load_explicit(&stream->head, memory_order_acquire);
    uint32_t found = tl_between(tail, stream->head_seen);
    tl_backoff_learn(&stream->get_patience, found, stream->most);
    return found > 0;
}

/* The frame of the next message.  Where it lies in the next segment, this task
 * then owns the one that is read. */
static struct tl_frame *next_frame(struct tl_stream *stream, uint64_t *at)
{
    struct tl_segment *segment = tl_at(stream->get_segment);
    *at =
        tl_position(atomic_load_explicit(&stream->tail, memory_order_relaxed));
    struct tl_frame *frame = tl_frame_here(segment, at);
    if (frame)
        return frame;
    tl_self->owned_blocks[TL_OWNED_SEGMENT] = stream->get_segment;
    tl_fault();
    stream->get_segment = segment->next;
    tl_fault();
    segment = tl_at(stream->get_segment);
    *at = segment->base;
    return tl_frame_at(segment, *at);
}

/* Asks for the lines of the next message, if it has been put; it is taken to be
 * as long as this one.  The reader has something else to do meanwhile.  Without
 * this the lines come from the writer's CPU one behind the other, as far as the
 * hardware guesses them: with it, 1.7 times as many messages of 1 KiB pass.
 * Shorter messages gain nothing.
 *
 * Inlined by force: gcc takes a function that only prefetches for one without
 * effect, and drops the call. */
__attribute__((always_inline)) static inline void
prefetch_next(const struct tl_stream *stream, uint64_t tail,
              const struct tl_frame *frame, uint64_t size)
{
    if (size < PREFETCH_LEAST || size > TL_SMALL_SIZE ||
        tl_between(tail, stream->head_seen) < 2)
        return;
    const unsigned char *next = (const unsigned char *)frame +
                                (size_t)TL_UNIT * tl_units_of((uint32_t)size);
    for (uint64_t at = 0; at < size; at += TL_LINE)
        __builtin_prefetch(next + at);
}

static void take_packed(struct tl_stream *stream, const struct tl_frame *frame)
{
    uint64_t got = tl_self->note.packed;
    memcpy(&tl_self->owned_blocks[TL_OWNED_MESSAGE], frame->bytes,
           sizeof(uint64_t));
    tl_fault();
    /* relaxed: ordered by the commit */
    atomic_store_explicit(&stream->packed_got,
                          got + (uint64_t)frame->units * TL_PACKED_UNIT,
                          memory_order_relaxed);
}

static void read_message(struct tl_stream *stream, struct tl_parcel *parcel,
                         struct tl_cell *cell)
{
    uint64_t tail = atomic_load_explicit(&stream->tail, memory_order_relaxed);
    uint64_t at;
    struct tl_frame *frame = next_frame(stream, &at);
    parcel->size = frame->size;
    tl_self->note.packed =
        atomic_load_explicit(&stream->packed_got, memory_order_relaxed);
    tl_recording_message(tl_stream_number(tail));
    tl_repair_note_begin(TL_DOING_GET, tail, cell, 1);
    if (frame->size == TL_FRAME_PACKED)
        take_packed(stream, frame);
    else
        memcpy(parcel->small, frame->bytes, frame->size);
    tl_fault();
    /* commit; release: a writer may use the place again, and has the bytes
     * read before */
    atomic_store_explicit(&stream->tail,
                          tl_moved(tail, at + tl_frame_units(frame)),
                          memory_order_release);
    tl_fault();
    tl_repair_note_pay();
    tl_repair_note_end();
    prefetch_next(stream, tail, frame, parcel->size);
}

static int wait_for_message(struct tl_stream *stream,
                            struct tl_entrant *entrant, tl_deadline deadline)
{
    uint64_t head = atomic_load(&stream->head);
    if (tl_between(atomic_load(&stream->tail), head) > 0) {
        if (tl_turn_is_mine(&stream->get_turn, entrant, deadline))
            return TL_OK;
    } else if (head & TL_STREAM_CLOSED) {
        return TL_CLOSED;
    }
    return tl_turn_wait(&stream->get_turn, entrant, &stream->filled,
                        &stream->head, head,
                        tl_backoff_pauses(&stream->get_patience), deadline);
}

/* Calls a reader if there is a message: one may have left it to this task, or
 * this task may have been called for it and not have taken it. */
static void wake_next(struct tl_stream *stream)
{
    if (tl_stream_size(stream) > 0)
        tl_wake(&stream->filled, 1);
}

static void unwrap(struct tl_parcel *parcel)
{
    parcel->refs = NULL;
    parcel->ref_count = 0;
    parcel->data = parcel->small;
    parcel->block = 0;
    parcel->arena = tl_arena;
    if (parcel->size == TL_FRAME_PACKED) {
        uint64_t block = tl_self->owned_blocks[TL_OWNED_MESSAGE];
        tl_message_show(block, parcel);
        parcel->block = block;
    }
}

int tl_stream_get(struct tl_stream *stream, struct tl_parcel *parcel,
                  struct tl_cell *cell, tl_deadline deadline)
{
    /* the block of a parcel that was never dropped */
    tl_message_drop(&tl_self->owned_blocks[TL_OWNED_MESSAGE]);
    struct tl_entrant entrant = {0};
    for (;;) {
        int status = tl_guard_take(&stream->get_guard, deadline);
        if (status == TL_OK) {
            uint64_t tail =
                atomic_load_explicit(&stream->tail, memory_order_relaxed);
            bool got = has_message(stream, tail) &&
                       tl_turn_is_mine(&stream->get_turn, &entrant, deadline);
            if (got)
                read_message(stream, parcel, cell);
            tl_guard_drop(&stream->get_guard);
            if (got)
                break;
            status = wait_for_message(stream, &entrant, deadline);
        }
        if (status < 0) {
            tl_turn_leave(&stream->get_turn, &entrant);
            wake_next(stream);
            return status;
        }
    }
    if (tl_turn_taken(&stream->get_turn, &entrant))
        wake_next(stream);
    if (stream->most | stream->most_bytes)
        tl_wake_after_drop(&stream->emptied,
                           stream->most_bytes ? TL_WAKE_ALL : 1);
    if (__builtin_expect(tl_self->owned_blocks[TL_OWNED_SEGMENT] != 0, 0))
        tl_heap_release(&tl_self->owned_blocks[TL_OWNED_SEGMENT], 0);
    unwrap(parcel);
    return TL_OK;
}

int tl_stream_ready(struct tl_stream *stream, struct tl_watch *watch)
{
    uint64_t head = atomic_load(&stream->head);
    *watch = (struct tl_watch){
        .condition = &stream->filled, .word = &stream->head, .seen = head};
    return (head & TL_STREAM_CLOSED) ||
           tl_between(atomic_load(&stream->tail), head) > 0;
}

int tl_stream_poll(struct tl_stream *stream, tl_deadline deadline)
{
    struct tl_watch watch;
    for (bool waited = false;; waited = true) {
        if (tl_stream_ready(stream, &watch)) {
            /* the message stays, so its wake is passed on */
            if (waited)
                tl_wake(&stream->filled, 1);
            return TL_OK;
        }
        int status = tl_wait(watch.condition, watch.word, watch.seen, deadline);
        if (status < 0)
            return status;
    }
}
