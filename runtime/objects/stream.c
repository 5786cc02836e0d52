#include "stream.h"

#include <string.h>

#include "insight/fault.h"
#include "note.h"
#include "status.h"
#include "store/block.h"
#include "store/message.h"

#define UNIT 16
#define SEGMENT_UNITS 2048 /* 32 KiB: divides the range of positions */
#define POSITION_MASK (TL_STREAM_CLOSED - 1)
#define COUNT_SHIFT 34
#define COUNT_MASK ((UINT32_C(1) << 30) - 1)
#define FRAME_SKIP UINT32_MAX
#define FRAME_PACKED (UINT32_MAX - 1)

struct segment {
    uint64_t next; /* 0 in the last; set once, under put_guard */
    uint64_t base; /* position of data[0] */
    _Alignas(TL_LINE) unsigned char data[SEGMENT_UNITS][UNIT];
};

/* Before each message.  Bytes follow, or for FRAME_PACKED the block. */
struct frame {
    uint32_t size;
    uint32_t unused;
    unsigned char bytes[];
};

static uint64_t position(uint64_t word)
{
    return word & POSITION_MASK;
}

static uint32_t count(uint64_t word)
{
    return (uint32_t)(word >> COUNT_SHIFT);
}

static uint32_t between(uint64_t tail, uint64_t head)
{
    return (count(head) - count(tail)) & COUNT_MASK;
}

/* How far `to` is past `from`; positions are never half the range apart. */
static int64_t distance(uint64_t from, uint64_t to)
{
    int64_t d = (int64_t)((to - from) & POSITION_MASK);
    return d > (int64_t)(POSITION_MASK >> 1) ? d - (int64_t)POSITION_MASK - 1
                                             : d;
}

/* The word after a message that ends at `end`. */
static uint64_t moved(uint64_t word, uint64_t end)
{
    uint64_t counted = (uint64_t)((count(word) + 1) & COUNT_MASK)
                       << COUNT_SHIFT;
    return counted | (word & TL_STREAM_CLOSED) | (end & POSITION_MASK);
}

static uint32_t units_of(uint32_t size)
{
    return (uint32_t)((sizeof(struct frame) + size + UNIT - 1) / UNIT);
}

/* `at` lies in the segment, whose base is a multiple of its length. */
static struct frame *frame_at(struct segment *segment, uint64_t at)
{
    return (struct frame *)(void *)segment->data[at % SEGMENT_UNITS];
}

/* Where the next message lies, or NULL: in the next segment. */
static struct frame *frame_here(struct segment *segment, uint64_t *at)
{
    if (distance(segment->base, *at) < 0)
        *at = segment->base; /* the rest of the one before is skipped */
    if (distance(segment->base, *at) >= SEGMENT_UNITS)
        return NULL;
    struct frame *frame = frame_at(segment, *at);
    return frame->size == FRAME_SKIP ? NULL : frame;
}

static uint32_t frame_units(const struct frame *frame)
{
    return units_of(frame->size == FRAME_PACKED ? sizeof(uint64_t)
                                                : frame->size);
}

int tl_stream_init(struct tl_stream *stream, const void *object, uint32_t most,
                   uint32_t most_large, enum tl_verb get, enum tl_verb put)
{
    tl_guard_init(&stream->put_guard, TL_GUARD_OBJECT, object);
    tl_guard_init(&stream->get_guard, TL_GUARD_OBJECT, object);
    tl_condition_init(&stream->filled, object, get);
    tl_condition_init(&stream->emptied, object, put);
    stream->most = most;
    stream->most_large = most_large;
    int status = tl_block_take(&stream->get_segment, sizeof(struct segment));
    if (status < 0)
        return status;
    struct segment *segment = tl_at(stream->get_segment);
    segment->base = 0;
    stream->put_segment = stream->get_segment;
    return TL_OK;
}

/* ---- the writers' end ---- */

static bool has_room(struct tl_stream *stream, uint64_t head, bool packed)
{
    uint32_t most = packed ? stream->most_large : stream->most;
    if (most == 0 || between(stream->tail_seen, head) < most)
        return true;
    /* acquire: the bytes before tail have been read before they are
     * written over; pairs with the commit of get */
    stream->tail_seen =
        atomic_load_explicit(&stream->tail, memory_order_acquire);
    return between(stream->tail_seen, head) < most;
}

/* Where a frame of so many units goes, or NULL: a new segment is needed and
 * this task does not carry one. */
static struct segment *place(struct tl_stream *stream, uint32_t units,
                             uint64_t *at)
{
    struct segment *segment = tl_at(stream->put_segment);
    uint64_t *spare = &tl_self->carrying[TL_HAND_SEGMENT];
    *at = position(atomic_load_explicit(&stream->head, memory_order_relaxed));
    if (distance(segment->base, *at) < 0)
        *at = segment->base; /* the rest of the one before is skipped */
    int64_t within = distance(segment->base, *at);
    if (within + units <= SEGMENT_UNITS)
        return segment;
    if (!*spare)
        return NULL;
    if (within < SEGMENT_UNITS)
        frame_at(segment, *at)->size = FRAME_SKIP;
    struct segment *fresh = tl_at(*spare);
    fresh->base = (segment->base + SEGMENT_UNITS) & POSITION_MASK;
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
static void write_small(struct tl_stream *stream, struct segment *segment,
                        uint64_t at, const struct tl_message *m)
{
    uint64_t head = atomic_load_explicit(&stream->head, memory_order_relaxed);
    struct frame *frame = frame_at(segment, at);
    frame->size = (uint32_t)m->size;
    tl_message_copy(frame->bytes, m);
    tl_fault();
    /* commit; release: the bytes before the word */
    atomic_store_explicit(&stream->head,
                          moved(head, at + units_of(frame->size)),
                          memory_order_release);
    tl_fault();
}

static void write_packed(struct tl_stream *stream, struct segment *segment,
                         uint64_t at)
{
    uint64_t head = atomic_load_explicit(&stream->head, memory_order_relaxed);
    uint64_t *block = &tl_self->carrying[TL_HAND_MESSAGE];
    struct frame *frame = frame_at(segment, at);
    frame->size = FRAME_PACKED;
    memcpy(frame->bytes, block, sizeof *block);
    tl_note_begin(TL_DOING_PUT, head, NULL, 0);
    /* commit: the block is the stream's now */
    atomic_store_explicit(&stream->head,
                          moved(head, at + units_of(sizeof *block)),
                          memory_order_release);
    tl_fault();
    *block = 0;
    tl_note_end();
}

/* What one try at a put needs before it can go on. */
enum need { NEED_NOTHING, NEED_ROOM, NEED_SEGMENT, NEED_OPEN };

static enum need try_put(struct tl_stream *stream, const struct tl_message *m,
                         bool packed)
{
    uint64_t head = atomic_load_explicit(&stream->head, memory_order_relaxed);
    if (head & TL_STREAM_CLOSED)
        return NEED_OPEN;
    if (!has_room(stream, head, packed))
        return NEED_ROOM;
    uint32_t size = packed ? (uint32_t)sizeof(uint64_t) : (uint32_t)m->size;
    uint64_t at;
    struct segment *segment = place(stream, units_of(size), &at);
    if (!segment)
        return NEED_SEGMENT;
    if (packed)
        write_packed(stream, segment, at);
    else
        write_small(stream, segment, at, m);
    return NEED_NOTHING;
}

static int wait_for_room(struct tl_stream *stream, bool packed,
                         tl_deadline deadline)
{
    uint64_t tail = atomic_load(&stream->tail);
    uint64_t head = atomic_load(&stream->head);
    uint32_t most = packed ? stream->most_large : stream->most;
    /* read in this order, head may be ahead of the truth at tail's time, and
     * then the word has moved */
    if (((head | tail) & TL_STREAM_CLOSED) || between(tail, head) < most)
        return TL_OK;
    return tl_wait(&stream->emptied, &stream->tail, tail, deadline);
}

static int put_prepared(struct tl_stream *stream, const struct tl_message *m,
                        bool packed, tl_deadline deadline)
{
    for (;;) {
        int status = tl_guard_take(&stream->put_guard, deadline);
        if (status < 0)
            return status;
        enum need need = try_put(stream, m, packed);
        tl_guard_drop(&stream->put_guard);
        switch (need) {
        case NEED_NOTHING:
            tl_wake_after_drop(&stream->filled, 1);
            return TL_OK;
        case NEED_OPEN:
            return TL_CLOSED;
        case NEED_SEGMENT:
            status = tl_block_take(&tl_self->carrying[TL_HAND_SEGMENT],
                                   sizeof(struct segment));
            break;
        case NEED_ROOM:
            status = wait_for_room(stream, packed, deadline);
        }
        if (status < 0)
            return status;
    }
}

int tl_stream_put(struct tl_stream *stream, const struct tl_message *m,
                  tl_deadline deadline)
{
    bool packed = !tl_message_is_small(m);
    uint64_t *block = &tl_self->carrying[TL_HAND_MESSAGE];
    if (packed) {
        int status = tl_message_pack(block, m);
        if (status < 0)
            return status;
    }
    int status = put_prepared(stream, m, packed, deadline);
    tl_message_drop(block); /* where it was not put */
    tl_block_release(&tl_self->carrying[TL_HAND_SEGMENT], 0);
    return status;
}

/* ---- the readers' end ---- */

static bool has_message(struct tl_stream *stream, uint64_t tail)
{
    if (between(tail, stream->head_seen) > 0)
        return true;
    /* acquire: pairs with the commit of put */
    stream->head_seen =
        atomic_load_explicit(&stream->head, memory_order_acquire);
    return between(tail, stream->head_seen) > 0;
}

/* The frame of the next message; the segment behind it is retired into this
 * task's hand. */
static struct frame *next_frame(struct tl_stream *stream, uint64_t *at)
{
    struct segment *segment = tl_at(stream->get_segment);
    *at = position(atomic_load_explicit(&stream->tail, memory_order_relaxed));
    struct frame *frame = frame_here(segment, at);
    if (frame)
        return frame;
    tl_self->carrying[TL_HAND_SEGMENT] = stream->get_segment;
    tl_fault();
    stream->get_segment = segment->next;
    tl_fault();
    segment = tl_at(stream->get_segment);
    *at = segment->base;
    return frame_at(segment, *at);
}

static void read_message(struct tl_stream *stream, struct tl_parcel *parcel,
                         struct tl_cell *cell)
{
    uint64_t tail = atomic_load_explicit(&stream->tail, memory_order_relaxed);
    uint64_t at;
    struct frame *frame = next_frame(stream, &at);
    uint64_t *block = &tl_self->carrying[TL_HAND_MESSAGE];
    parcel->size = frame->size;
    tl_note_begin(TL_DOING_GET, tail, cell, 1);
    if (frame->size == FRAME_PACKED)
        memcpy(block, frame->bytes, sizeof *block);
    else
        memcpy(parcel->small, frame->bytes, frame->size);
    tl_fault();
    /* commit; release: a writer may use the place again, and has the bytes
     * read before */
    atomic_store_explicit(&stream->tail, moved(tail, at + frame_units(frame)),
                          memory_order_release);
    tl_fault();
    tl_note_pay();
    tl_note_end();
}

static int wait_for_message(struct tl_stream *stream, tl_deadline deadline)
{
    uint64_t head = atomic_load(&stream->head);
    if (between(atomic_load(&stream->tail), head) > 0)
        return TL_OK;
    if (head & TL_STREAM_CLOSED)
        return TL_CLOSED;
    return tl_wait(&stream->filled, &stream->head, head, deadline);
}

static void unwrap(struct tl_parcel *parcel)
{
    parcel->refs = NULL;
    parcel->ref_count = 0;
    parcel->data = parcel->small;
    parcel->block = 0;
    if (parcel->size == FRAME_PACKED) {
        uint64_t block = tl_self->carrying[TL_HAND_MESSAGE];
        tl_message_show(block, parcel);
        parcel->block = block;
    }
}

int tl_stream_get(struct tl_stream *stream, struct tl_parcel *parcel,
                  struct tl_cell *cell, tl_deadline deadline)
{
    /* of a parcel that was never dropped */
    tl_message_drop(&tl_self->carrying[TL_HAND_MESSAGE]);
    for (;;) {
        int status = tl_guard_take(&stream->get_guard, deadline);
        if (status < 0)
            return status;
        uint64_t tail =
            atomic_load_explicit(&stream->tail, memory_order_relaxed);
        bool got = has_message(stream, tail);
        if (got)
            read_message(stream, parcel, cell);
        tl_guard_drop(&stream->get_guard);
        if (got)
            break;
        status = wait_for_message(stream, deadline);
        if (status < 0)
            return status;
    }
    if (stream->most_large)
        tl_wake_after_drop(&stream->emptied,
                           stream->most == stream->most_large ? 1
                                                              : TL_WAKE_ALL);
    if (__builtin_expect(tl_self->carrying[TL_HAND_SEGMENT] != 0, 0))
        tl_block_release(&tl_self->carrying[TL_HAND_SEGMENT], 0);
    unwrap(parcel);
    return TL_OK;
}

int tl_stream_poll(struct tl_stream *stream, tl_deadline deadline)
{
    for (;;) {
        uint64_t head = atomic_load(&stream->head);
        if ((head & TL_STREAM_CLOSED) ||
            between(atomic_load(&stream->tail), head) > 0)
            return TL_OK;
        int status =
            tl_wait(&stream->filled, &stream->head, head, deadline);
        if (status < 0)
            return status;
    }
}

/* ---- both ---- */

/* The readers' word first: who finds only that one set knows that a closer has
 * died between, and finishes (tl_stream_settle). */
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
        /* nobody got anything between the two reads: both were true at the
         * moment of the second */
        if (atomic_load(&stream->tail) == tail)
            return between(tail, head);
    }
}

uint32_t tl_stream_unfinished(const struct tl_stream *stream, uint64_t done)
{
    return (count(atomic_load(&stream->head)) - (uint32_t)done) & COUNT_MASK;
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
        tl_note_begin(TL_DOING_DONE, done, cell, cell->taken ? -1 : 0);
        atomic_store(&stream->done, done + 1); /* commit */
        tl_fault();
        tl_note_pay();
        tl_note_end();
    }
    tl_guard_drop(&stream->get_guard);
    return status;
}

bool tl_stream_abandon(struct tl_stream *stream, struct tl_cell *cell)
{
    tl_guard_take(&stream->get_guard, TL_FOREVER);
    uint64_t done = atomic_load(&stream->done);
    uint32_t out = tl_stream_unfinished(stream, done) - tl_stream_size(stream);
    uint32_t lost = cell->taken < out ? cell->taken : out;
    tl_note_begin(TL_DOING_DONE, done, cell, -(int64_t)cell->taken);
    atomic_store(&stream->done, done + lost); /* commit */
    tl_fault();
    tl_note_pay();
    tl_note_end();
    tl_guard_drop(&stream->get_guard);
    return lost > 0;
}

static void repair_put(struct tl_stream *stream, struct tl_task *dead)
{
    uint64_t *spare = &dead->carrying[TL_HAND_SEGMENT];
    struct segment *last = tl_at(stream->put_segment);
    if (last->next) {
        if (last->next == *spare)
            *spare = 0;
        stream->put_segment = last->next;
    }
    if (dead->note.doing == TL_DOING_PUT &&
        atomic_load(&stream->head) != dead->note.before)
        dead->carrying[TL_HAND_MESSAGE] = 0;
}

static void repair_get(struct tl_stream *stream, struct tl_task *dead)
{
    if (stream->get_segment == dead->carrying[TL_HAND_SEGMENT])
        dead->carrying[TL_HAND_SEGMENT] = 0;
    if (dead->note.doing == TL_DOING_GET) {
        if (atomic_load(&stream->tail) != dead->note.before)
            tl_note_pay_for(dead);
        else
            dead->carrying[TL_HAND_MESSAGE] = 0;
    }
    if (dead->note.doing == TL_DOING_DONE &&
        atomic_load(&stream->done) != dead->note.before)
        tl_note_pay_for(dead);
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
    uint64_t at = position(tail), left = between(tail, head);
    struct segment *segment = tl_at(stream->get_segment);
    while (left > 0) {
        struct frame *frame = frame_here(segment, &at);
        if (frame) {
            at += frame_units(frame);
            left--;
        } else if (segment->next) {
            segment = tl_at(segment->next);
        } else {
            return false;
        }
    }
    return (at & POSITION_MASK) == position(head);
}

/* Drops the packed messages that nobody got.  The commit of each is tail, so
 * that a task that goes on after a dead one begins where it was. */
static void drop_messages(struct tl_stream *stream)
{
    uint64_t head = atomic_load(&stream->head);
    for (;;) {
        uint64_t tail = atomic_load(&stream->tail);
        if (between(tail, head) == 0)
            return;
        struct segment *segment = tl_at(stream->get_segment);
        uint64_t at = position(tail);
        struct frame *frame = frame_here(segment, &at);
        if (!frame) {
            tl_block_release(&stream->get_segment, segment->next);
            continue;
        }
        if (frame->size == FRAME_PACKED)
            tl_message_drop((uint64_t *)(void *)frame->bytes);
        atomic_store(&stream->tail, moved(tail, at + frame_units(frame)));
    }
}

void tl_stream_destroy(struct tl_stream *stream)
{
    if (!stream->get_segment)
        return;
    drop_messages(stream);
    while (stream->get_segment) {
        struct segment *segment = tl_at(stream->get_segment);
        tl_block_release(&stream->get_segment, segment->next);
    }
}
