/*
 * Semaphore: a number of seats.
 *
 * Unbounded, it is one word, the free seats, and any task may add to it.
 *
 * Bounded, seats belong to the task that took them, so that they come back
 * when it dies: `seats` counts them by task number, under the guard, and is the
 * truth; the word is bound minus their sum, and recounted by repair.  A release
 * gives back a seat of the caller if it has one, else another task's (`lent`:
 * that has happened).
 *
 * The first to come gets a seat, but a task that has waited long is next
 * (sync/turn).
 */
#ifndef TL_SEMAPHORE_H
#define TL_SEMAPHORE_H

#include "memory/object.h"
#include "sync/turn.h"

struct tl_semaphore {
    struct tl_object object;
    uint32_t bound;        /* 0: unbounded; constant */
    uint64_t seats;        /* block: uint32_t by task number; bounded only */
    _Atomic uint32_t lent; /* 1: a task has given back another's seat */
    struct tl_guard guard;
    _Atomic uint64_t word; /* free seats; a watch word */
    struct tl_turn turn;
    struct tl_wait_queue released; /* wake one for each seat: all want one */
};

void tl_semaphore_describe(const struct tl_object *object, int side, char *text,
                           size_t size);
bool tl_semaphore_check(const struct tl_object *object);
void tl_semaphore_repair(struct tl_object *object, struct tl_guard *guard,
                         struct tl_task *dead);
void tl_semaphore_task_died(struct tl_object *object, struct tl_task *dead,
                            struct tl_cell *cell);
void tl_semaphore_destroy(struct tl_object *object);
bool tl_semaphore_in_use(const struct tl_object *object,
                         const struct tl_task *task,
                         const struct tl_cell *cell);
uint32_t tl_semaphore_holder_id(const struct tl_object *object, uint32_t verb,
                                uint32_t after);

#endif
