/*
 * Ordered queue: messages in an order other than that of arrival: last in first
 * out, or by priority.
 *
 * It has one guard, since a put and a get may touch the same message.  Messages
 * are message blocks (store/message), each named by an entry of a table;
 * whether an entry names a block is the truth, and changing that is the commit
 * of a put or a get.  Two arrays of entry indices are derived from it and
 * rebuilt by repair: `order`, a binary heap of the used entries with the next
 * message at its root, and behind it in the same array the free ones.
 *
 * `puts` and `gets` count messages, and bit 63 of both says closed.  They
 * change after the commit; repair recounts the one that the dead task was about
 * to change.  Readers watch `puts`, writers watch `gets`.
 */
#ifndef TL_ORDERED_QUEUE_H
#define TL_ORDERED_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "sync/turn.h"
#include "tidelock.h"
#include "wait/wait_many.h"

#define TL_ORDERED_QUEUE_CLOSED (UINT64_C(1) << 63)

struct tl_ordered_queue {
    struct tl_guard guard;
    uint32_t most; /* messages; 0: no bound; constant */
    uint32_t lifo; /* 0 or 1, no bool: a file may be damaged; constant */
    _Atomic uint64_t puts;
    _Atomic uint64_t gets;
    _Atomic uint64_t done;
    uint64_t next_serial; /* of arrivals: breaks ties */
    uint64_t table;       /* block: capacity, entries, order; or 0 */
    struct tl_turn get_turn, put_turn; /* for messages, for room */
    /* wake one: one message for one reader, one place for one writer */
    struct tl_wait_queue filled, emptied;
};

void tl_ordered_queue_init(struct tl_ordered_queue *queue, const void *object,
                           bool lifo, uint32_t most);
/* As the calls of stream.h. */
int tl_ordered_queue_put(struct tl_ordered_queue *queue,
                         const struct tl_message *m, double priority,
                         tl_deadline deadline);
int tl_ordered_queue_get(struct tl_ordered_queue *queue,
                         struct tl_parcel *parcel, struct tl_cell *cell,
                         tl_deadline deadline);
int tl_ordered_queue_ready(struct tl_ordered_queue *queue,
                           struct tl_watch *watch);
void tl_ordered_queue_close(struct tl_ordered_queue *queue);
bool tl_ordered_queue_closed(const struct tl_ordered_queue *queue);
uint32_t tl_ordered_queue_size(const struct tl_ordered_queue *queue);
int tl_ordered_queue_done(struct tl_ordered_queue *queue, struct tl_cell *cell);
uint32_t tl_ordered_queue_unfinished(const struct tl_ordered_queue *queue,
                                     uint64_t done);
bool tl_ordered_queue_abandon(struct tl_ordered_queue *queue,
                              struct tl_cell *cell);
bool tl_ordered_queue_check(const struct tl_ordered_queue *queue);
/* After the death of a task that used it: finishes a close that it had begun.
 */
void tl_ordered_queue_settle(struct tl_ordered_queue *queue);
void tl_ordered_queue_repair(struct tl_ordered_queue *queue,
                             struct tl_task *dead);
void tl_ordered_queue_destroy(struct tl_ordered_queue *queue);

#endif
