/*
 * Segment: where the messages of a stream lie, and the arithmetic of its words.
 * Shared by the two ends of the stream; see stream.h.
 */
#ifndef TL_SEGMENT_H
#define TL_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "data/stream.h"
#include "memory/arena.h"

#define TL_UNIT 16
#define TL_PACKED_UNIT 64
#define TL_SEGMENT_UNITS 2048 /* 32 KiB: divides the range of positions */
#define TL_POSITION_MASK (TL_STREAM_CLOSED - 1)
#define TL_COUNT_SHIFT 34
#define TL_COUNT_MASK ((UINT32_C(1) << 30) - 1)
#define TL_FRAME_SKIP UINT32_MAX
#define TL_FRAME_PACKED (UINT32_MAX - 1)

struct tl_segment {
    uint64_t next; /* 0 in the last; set once, under put_guard */
    uint64_t base; /* position of data[0] */
    _Alignas(TL_LINE) unsigned char data[TL_SEGMENT_UNITS][TL_UNIT];
};

/* Before each message.  Bytes follow, or for TL_FRAME_PACKED the block. */
struct tl_frame {
    uint32_t size;
    uint32_t units; /* of the message block, in TL_PACKED_UNITs */
    unsigned char bytes[];
};

static inline uint64_t tl_position(uint64_t word)
{
    return word & TL_POSITION_MASK;
}

static inline uint32_t tl_count(uint64_t word)
{
    return (uint32_t)(word >> TL_COUNT_SHIFT);
}

static inline uint32_t tl_between(uint64_t tail, uint64_t head)
{
    return (tl_count(head) - tl_count(tail)) & TL_COUNT_MASK;
}

/* The number of the message that goes to, or comes from, where the word says:
 * from 1, and the same for both. */
static inline uint64_t tl_stream_number(uint64_t word)
{
    return (uint64_t)tl_count(word) + 1;
}

/* How far `to` is past `from`; positions are never half the range apart. */
static inline int64_t tl_distance(uint64_t from, uint64_t to)
{
    int64_t d = (int64_t)((to - from) & TL_POSITION_MASK);
    return d > (int64_t)(TL_POSITION_MASK >> 1)
               ? d - (int64_t)TL_POSITION_MASK - 1
               : d;
}

/* The word after a message that ends at `end`. */
static inline uint64_t tl_moved(uint64_t word, uint64_t end)
{
    uint64_t counted = (uint64_t)((tl_count(word) + 1) & TL_COUNT_MASK)
                       << TL_COUNT_SHIFT;
    return counted | (word & TL_STREAM_CLOSED) | (end & TL_POSITION_MASK);
}

static inline uint32_t tl_units_of(uint32_t size)
{
    return (uint32_t)((sizeof(struct tl_frame) + size + TL_UNIT - 1) / TL_UNIT);
}

/* `at` lies in the segment, whose base is a multiple of its length. */
static inline struct tl_frame *tl_frame_at(struct tl_segment *segment,
                                           uint64_t at)
{
    return (struct tl_frame *)(void *)segment->data[at % TL_SEGMENT_UNITS];
}

/* Where the next message lies, or NULL: in the next segment. */
static inline struct tl_frame *tl_frame_here(struct tl_segment *segment,
                                             uint64_t *at)
{
    if (tl_distance(segment->base, *at) < 0)
        *at = segment->base; /* the rest of the one before is skipped */
    if (tl_distance(segment->base, *at) >= TL_SEGMENT_UNITS)
        return NULL;
    struct tl_frame *frame = tl_frame_at(segment, *at);
    return frame->size == TL_FRAME_SKIP ? NULL : frame;
}

static inline uint32_t tl_frame_units(const struct tl_frame *frame)
{
    return tl_units_of(frame->size == TL_FRAME_PACKED ? sizeof(uint64_t)
                                                      : frame->size);
}

#endif
