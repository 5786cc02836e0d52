/*
 * File check, queues: that the segments of a stream follow each other, its
 * words lie within them, and the messages between are whole; and the same for
 * the table of an ordered queue.
 */
#include <stdlib.h>
#include <string.h>

#include "data/ordered_queue_table.h"
#include "data/queue.h"
#include "data/segment.h"
#include "space/file_check.h"
#include "store/heap.h"

/* ---- streams ---- */

/* Each segment begins where the one before ends.  How many there are. */
static uint64_t segments_hold(struct tl_file_check *check,
                              const struct tl_stream *stream, bool whole)
{
    uint64_t count = 0, base = 0;
    bool put = false;
    for (uint64_t at = stream->get_segment; at; count++) {
        if (!tl_file_check_block(check, at, sizeof(struct tl_segment)))
            return 0;
        const struct tl_segment *segment = tl_at(at);
        if (segment->base % TL_SEGMENT_UNITS ||
            segment->base > TL_POSITION_MASK ||
            (count && segment->base != base))
            return 0;
        base = (segment->base + TL_SEGMENT_UNITS) & TL_POSITION_MASK;
        put = put || at == stream->put_segment;
        at = segment->next;
    }
    return put || !whole ? count : 0;
}

static bool frame_holds(struct tl_file_check *check,
                        const struct tl_frame *frame, uint64_t at)
{
    uint64_t block;
    if (at % TL_SEGMENT_UNITS + tl_frame_units(frame) > TL_SEGMENT_UNITS)
        return false;
    if (frame->size != TL_FRAME_PACKED)
        return frame->size <= TL_SMALL_SIZE;
    memcpy(&block, frame->bytes, sizeof block);
    return tl_file_check_message(check, block, NULL);
}

static bool messages_hold(struct tl_file_check *check,
                          const struct tl_stream *stream)
{
    uint64_t tail = atomic_load(&stream->tail);
    uint64_t head = atomic_load(&stream->head);
    uint64_t at = tl_position(tail), left = tl_between(tail, head);
    struct tl_segment *segment = tl_at(stream->get_segment);
    /* a reader trusts its own last look at head */
    if (tl_between(tail, stream->head_seen) > left)
        return false;
    if (tl_distance(segment->base, at) > TL_SEGMENT_UNITS ||
        tl_distance(segment->base, at) < -TL_SEGMENT_UNITS)
        return false;
    while (left > 0) {
        struct tl_frame *frame = tl_frame_here(segment, &at);
        if (frame) {
            if (!frame_holds(check, frame, at))
                return false;
            at += tl_frame_units(frame);
            left--;
        } else if (!segment->next) {
            return false;
        } else {
            segment = tl_at(segment->next);
        }
    }
    return (at & TL_POSITION_MASK) == tl_position(head);
}

/* Where the next message goes lies in the last segment, or just behind. */
static bool place_holds(const struct tl_stream *stream)
{
    const struct tl_segment *last = tl_at(stream->put_segment);
    uint64_t at = tl_position(atomic_load(&stream->head));
    /* a writer that died between its two stores has left one segment more */
    if (last->next)
        return atomic_load(&stream->put_guard.word) != 0 &&
               !((struct tl_segment *)tl_at(last->next))->next;
    return tl_distance(last->base, at) <= TL_SEGMENT_UNITS &&
           tl_distance(last->base, at) >= -TL_SEGMENT_UNITS;
}

static bool patience_holds(struct tl_backoff *patience)
{
    return tl_backoff_pauses(patience) <= TL_BACKOFF_MOST + TL_BACKOFF_STEP;
}

static bool ends_hold(struct tl_file_check *check,
                      const struct tl_stream *stream, const void *object)
{
    return tl_file_check_guard(check, &stream->put_guard, TL_GUARD_OBJECT,
                               object) &&
           tl_file_check_guard(check, &stream->get_guard, TL_GUARD_OBJECT,
                               object) &&
           tl_file_check_condition(check, &stream->filled, object) &&
           tl_file_check_condition(check, &stream->emptied, object);
}

static bool stream_holds(struct tl_file_check *check, struct tl_stream *stream,
                         const void *object, bool whole)
{
    if ((whole && !ends_hold(check, stream, object)) ||
        !patience_holds(&stream->get_patience) ||
        !patience_holds(&stream->put_patience))
        return false;
    if (!stream->get_segment)
        return !whole;
    return segments_hold(check, stream, whole) &&
           (!whole || place_holds(stream)) && messages_hold(check, stream);
}

/* ---- queues in another order ---- */

/* Each entry once. */
static bool order_holds(struct tl_file_check *check,
                        const struct tl_ordered_queue_table *table)
{
    const uint32_t *order =
        (const uint32_t *)(const void *)(table->entries + table->capacity);
    unsigned char *seen = calloc(table->capacity + 1, 1);
    bool sane = seen != NULL;
    check->no_memory |= !seen;
    for (uint64_t i = 0; sane && i < table->capacity; i++) {
        sane = order[i] < table->capacity && !seen[order[i]];
        if (sane)
            seen[order[i]] = 1;
    }
    free(seen);
    return sane;
}

static bool is_in_use(const struct tl_ordered_queue_table *table, uint64_t size)
{
    const uint32_t *order =
        (const uint32_t *)(const void *)(table->entries + table->capacity);
    for (uint64_t i = 0; i < table->capacity; i++)
        if ((table->entries[order[i]].block != 0) != (i < size))
            return false;
    return true;
}

static bool entries_hold(struct tl_file_check *check,
                         const struct tl_ordered_queue *ordered)
{
    const uint64_t each =
        sizeof(struct tl_ordered_queue_entry) + sizeof(uint32_t);
    uint64_t size = (atomic_load(&ordered->puts) & ~TL_ORDERED_QUEUE_CLOSED) -
                    (atomic_load(&ordered->gets) & ~TL_ORDERED_QUEUE_CLOSED);
    if (!ordered->table)
        return size == 0 || atomic_load(&ordered->guard.word);
    if (!tl_file_check_block(check, ordered->table,
                             sizeof(struct tl_ordered_queue_table)))
        return false;
    const struct tl_ordered_queue_table *table = tl_at(ordered->table);
    uint64_t room = tl_heap_size(ordered->table) - sizeof *table;
    if (table->capacity == 0 || table->capacity > room / each)
        return false;
    for (uint64_t i = 0; i < table->capacity; i++)
        if (table->entries[i].block &&
            !tl_file_check_message(check, table->entries[i].block, NULL))
            return false;
    /* whoever takes the guard over makes both anew */
    return atomic_load(&ordered->guard.word) ||
           (size <= table->capacity && order_holds(check, table) &&
            is_in_use(table, size));
}

static bool heap_holds(struct tl_file_check *check,
                       const struct tl_ordered_queue *ordered,
                       const void *object, bool whole)
{
    if (!whole)
        return !ordered->table || entries_hold(check, ordered);
    return tl_file_check_guard(check, &ordered->guard, TL_GUARD_OBJECT,
                               object) &&
           tl_file_check_condition(check, &ordered->filled, object) &&
           tl_file_check_condition(check, &ordered->emptied, object) &&
           entries_hold(check, ordered);
}

bool tl_file_check_queue(struct tl_file_check *check, struct tl_object *object,
                         bool whole)
{
    struct tl_queue *it = (struct tl_queue *)object;
    if (it->order > TL_PRIORITY ||
        (whole && !tl_file_check_condition(check, &it->all_done, object)))
        return false;
    return it->order == TL_FIFO
               ? stream_holds(check, &it->stream, object, whole)
               : (!whole || it->ordered.lifo == (it->order == TL_LIFO)) &&
                     heap_holds(check, &it->ordered, object, whole);
}
