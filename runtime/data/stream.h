/*
 * Stream: messages in order of arrival, many writers, many readers.  A fifo
 * queue is one, a pipe two.
 *
 * Two guards, one for each end, so that writers and readers meet only where
 * the stream is empty or full.  Messages lie one after the other in linked
 * segments; each end has one word that tells how far it is, and storing that
 * word is the commit of a put or a get:
 *
 *     bits 0-32   position, in units of 16 bytes since the beginning (modulo)
 *     bit  33     closed
 *     bits 34-63  messages since the beginning (modulo)
 *
 * So one store moves the position and keeps the number of messages exact.  A
 * position lies in the segment whose `base` is the last at or before it.  A
 * message does not cross segments: where it does not fit the rest of one, that
 * rest begins with a SKIP frame, and the next position is the next segment's
 * base.
 *
 * Small messages lie in the segment; larger ones, and those that carry
 * objects, are message blocks (store/message) that the frame names.
 *
 * A stream may be bound by messages, or by bytes.  Bound by bytes, it has room
 * while it holds fewer than that, whatever the size of the next message, so
 * that one larger than the bound has its turn as well.  What it holds is the
 * distance of the two positions, and the difference of two sums of the sizes of
 * message blocks, one at each end.  A sum changes before the word: whoever
 * reads the word first never finds more than there is.
 *
 * The first to come gets a message, or room for one; a task that has waited
 * long is next (sync/turn).
 *
 * Who owns what when a task dies
 *   - a message block: the sender (TL_OWNED_MESSAGE) until `head` moves, the
 *     stream until `tail` moves, then the receiver (TL_OWNED_MESSAGE).  The
 *     repair note in the slot holds the word as it was, so repair knows which.
 *   - a segment: the sender (TL_OWNED_SEGMENT) until the segment before names
 *     it in `next`; the stream; the receiver (TL_OWNED_SEGMENT) once
 *     `get_segment` has moved on.
 *   - nothing else is half-done at any time: bytes past head are nobody's.
 */
#ifndef TL_STREAM_H
#define TL_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "data/backoff.h"
#include "memory/object.h"
#include "sync/turn.h"
#include "tidelock.h"
#include "wait/wait_many.h"

#define TL_STREAM_CLOSED (UINT64_C(1) << 33)

struct tl_stream {
    /* the writers' end: changed under put_guard */
    _Alignas(TL_LINE) struct tl_guard put_guard;
    _Atomic uint64_t head; /* a watch word */
    uint64_t put_segment;  /* where head lies, or the segment after that, when
                              the rest of head's segment is skipped */
    uint64_t tail_seen;    /* an old value of tail: no need to look again */
    _Atomic uint64_t
        packed_put;       /* bytes, rounded; restored if head does not move */
    uint64_t packed_seen; /* an old value of packed_got; as tail_seen */
    struct tl_backoff put_patience;

    /* the readers' end: changed under get_guard */
    _Alignas(TL_LINE) struct tl_guard get_guard;
    _Atomic uint64_t tail; /* a watch word */
    uint64_t get_segment;  /* owns the chain of segments; as put_segment */
    uint64_t head_seen;
    _Atomic uint64_t packed_got; /* as packed_put; read by writers */
    struct tl_backoff get_patience;
    _Atomic uint64_t done; /* of a queue: items done; a watch word */

    /* what both ends look at and seldom write: on the line of one end, each
     * look of the other would take that line away from it */
    _Alignas(TL_LINE) uint32_t most; /* messages; 0: no bound; constant */
    uint32_t most_bytes;             /* 0: no bound; constant */
    struct tl_turn put_turn;         /* for room */
    struct tl_turn get_turn;

    /* wake one: a message is for one reader; a place, for one writer (all
     * where bytes count, since one message may leave room for many) */
    struct tl_wait_queue filled;
    _Alignas(TL_LINE) struct tl_wait_queue emptied;
};

/* In an object just made.  TL_NO_MEMORY.  `most`: bound in messages, or 0;
 * `most_bytes`: in bytes, or 0. */
int tl_stream_init(struct tl_stream *stream, const void *object, uint32_t most,
                   uint32_t most_bytes, enum tl_verb get, enum tl_verb put);

/* TL_TIMEOUT when it stays full, TL_CLOSED, and what packing lacks. */
int tl_stream_put(struct tl_stream *stream, const struct tl_message *m,
                  tl_deadline deadline);

/* TL_TIMEOUT when it stays empty, TL_CLOSED when it is closed and drained.
 * `cell`: where to count one more item taken, or NULL. */
int tl_stream_get(struct tl_stream *stream, struct tl_parcel *parcel,
                  struct tl_cell *cell, tl_deadline deadline);

/* Waits until a get would not wait. */
int tl_stream_poll(struct tl_stream *stream, tl_deadline deadline);

/* 1: a get would not wait; else 0, and where to look. */
int tl_stream_ready(struct tl_stream *stream, struct tl_watch *watch);

/* No more puts; readers drain it.  Twice is harmless. */
void tl_stream_close(struct tl_stream *stream);
bool tl_stream_closed(const struct tl_stream *stream);

/* Exact at the moment of the call. */
uint32_t tl_stream_size(const struct tl_stream *stream);

/* One item done; TL_TOO_MANY_DONE. */
int tl_stream_done(struct tl_stream *stream, struct tl_cell *cell);
/* Items put and not yet done. */
uint32_t tl_stream_unfinished(const struct tl_stream *stream, uint64_t done);
/* The items that a dead task got and has not reported done count as done;
 * whether there were any. */
bool tl_stream_abandon(struct tl_stream *stream, struct tl_cell *cell);

bool tl_stream_check(const struct tl_stream *stream);
void tl_stream_repair(struct tl_stream *stream, struct tl_guard *guard,
                      struct tl_task *dead);
/* After the death of a task that used it: finishes a close that it had begun.
 */
void tl_stream_settle(struct tl_stream *stream);
void tl_stream_destroy(struct tl_stream *stream);

#endif
