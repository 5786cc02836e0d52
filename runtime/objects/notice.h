/*
 * Notice: the condition variable of scripts (ipc.condition).  Named so since
 * `condition` is what every object of the runtime waits on (wait/wait.h).
 *
 * It refers to a lock, given or made for it.  Under the guard, a place has 0,
 * or the ticket that a task drew when it began to wait, or NOTIFIED: so a
 * notify reaches exactly as many as it says, in the order of tickets, and one
 * whose time ran out and one that died are told apart from one that was
 * notified.  A task that was notified and dies before it goes on passes that to
 * the next. `version`, the watch word, moves with every notify.
 *
 * Places lie in rows, each with one for every task.  A task needs more than one
 * where it does something else while it waits (wait/idle) and that waits for
 * the same condition: each such wait takes the task's place in the first row
 * where it is free, and a row is added where there is none.  Rows stay.
 *
 * Who is notified wants the lock, which the notifier still holds: so sleepers
 * are called when it is released (the hold's `owed`).
 */
#ifndef TL_NOTICE_H
#define TL_NOTICE_H

#include "memory/object.h"
#include "wait/wait.h"

struct tl_notice_row {
    _Atomic uint64_t next;     /* block: the next row, or 0; set once */
    _Atomic uint64_t places[]; /* by task number; a task reads its own without
                                  the guard */
};

struct tl_notice {
    struct tl_object object;
    tl_ref lock; /* a reference; constant */
    struct tl_guard guard;
    _Atomic uint64_t version; /* seq_cst: a watch word */
    uint64_t next_ticket;
    uint64_t rows;                /* block: tl_notice_row, the first */
    struct tl_condition notified; /* each is called by name: those chosen */
};

/* Calls those who were notified, each to look for itself. */
void tl_notice_tell(struct tl_notice *notice);

void tl_notice_describe(const struct tl_object *object, int side, char *text,
                        size_t size);
void tl_notice_task_died(struct tl_object *object, struct tl_task *dead,
                         struct tl_cell *cell);
void tl_notice_repair(struct tl_object *object, struct tl_guard *guard,
                      struct tl_task *dead);
void tl_notice_destroy(struct tl_object *object);
struct tl_object *tl_notice_part_held(struct tl_object *object);
bool tl_notice_in_use(const struct tl_object *object,
                      const struct tl_task *task, const struct tl_cell *cell);

#endif
