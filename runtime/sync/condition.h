/*
 * Notice: the condition variable of scripts (ipc.condition).  Named so since
 * `condition` is what every object of the runtime waits on (wait/wait.h).
 *
 * It refers to a lock, given or made for it.  Who waits draws a ticket
 * (sync/tickets).  A task that was notified and dies before it goes on
 * passes that to the next.  `version`, the watch word, moves with every notify.
 *
 * Who is notified wants the lock, which the notifier still holds: so sleepers
 * are called when it is released (the hold's `owed`).
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
    _Atomic uint64_t version; /* seq_cst: a watch word */
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
bool tl_condition_in_use(const struct tl_object *object,
                         const struct tl_task *task,
                         const struct tl_cell *cell);

#endif
