/*
 * Condition: the condition variable of scripts (ipc.condition).  It is not the
 * wait queue that every object has (park/wait_queue): it contains one.
 *
 * It refers to a lock, given or made for it.  A task that waits draws a ticket
 * (sync/tickets).  If a task was notified and dies before it goes on, the
 * notification passes to the next.  `version`, the watch word, moves with every
 * notify.
 *
 * A notified task wants the lock, which the notifier still holds: so sleepers
 * are called when the lock is released (`owed` of its tl_owner).
 */
#ifndef TL_CONDITION_H
#define TL_CONDITION_H

#include "memory/object.h"
#include "sync/tickets.h"
#include "wait/wait.h"

struct tl_condition {
    struct tl_object object;
    tl_ref lock; /* a reference; constant */
    struct tl_guard guard;
    _Atomic uint64_t version; /* a watch word */
    struct tl_tickets tickets;
};

void tl_condition_describe(const struct tl_object *object, int side, char *text,
                           size_t size);
void tl_condition_task_died(struct tl_object *object, struct tl_task *dead,
                            struct tl_cell *cell);
void tl_condition_repair(struct tl_object *object, struct tl_guard *guard,
                         struct tl_task *dead);
void tl_condition_destroy(struct tl_object *object);
struct tl_object *tl_condition_part_held(struct tl_object *object);
/* The lock that it was given; NULL: it has one of its own, or is none. */
const struct tl_object *tl_condition_given_lock(const struct tl_object *object);
bool tl_condition_in_use(const struct tl_object *object,
                         const struct tl_task *task,
                         const struct tl_cell *cell);

#endif
