/*
 * Queue: messages from many writers to many readers, in order of arrival
 * (data/stream), last in first out, or by priority (data/ordered_queue); and
 * the count of items that were put but not yet reported done.
 *
 * A cell's `debt` counts the items that its task got and has not reported
 * done; when the task dies they count as done, and `abandons` grows.
 */
#ifndef TL_QUEUE_H
#define TL_QUEUE_H

#include "data/ordered_queue.h"
#include "data/stream.h"
#include "memory/object.h"
#include "tidelock.h"

struct tl_queue {
    struct tl_object object;
    uint32_t order;                /* enum tl_queue_order; constant */
    uint32_t maxsize;              /* constant */
    _Atomic uint64_t abandons;     /* how often items were abandoned */
    _Atomic uint64_t told;         /* up to which of them a join has told */
    struct tl_wait_queue all_done; /* wake all; watch word: done */
    union {
        struct tl_stream stream; /* TL_FIFO */
        struct tl_ordered_queue ordered;
    };
};

int tl_queue_ready(const struct tl_handle *handle, struct tl_watch *watch);
void tl_queue_describe(const struct tl_object *object, int side, char *text,
                       size_t size);
bool tl_queue_check(const struct tl_object *object);
void tl_queue_repair(struct tl_object *object, struct tl_guard *guard,
                     struct tl_task *dead);
void tl_queue_task_died(struct tl_object *object, struct tl_task *dead,
                        struct tl_cell *cell);
void tl_queue_destroy(struct tl_object *object);

#endif
