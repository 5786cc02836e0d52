/*
 * Rwlock: many readers, or one writer.
 *
 * Under the guard: `writer` is the id of who writes, `readers` counts by task
 * number who reads.  They are the truth; `version`, the watch word, moves with
 * every change of them.
 *
 * Writers are not starved: who wants to read waits while a task is listed in
 * can_write.  So when such a task gives up or dies, the readers are woken.
 *
 * Readers are not starved either: one that has waited while a writer had it
 * (`writes` has moved) goes before the writers that wait; and a writer that
 * releases it while readers wait leaves it to them (`readers_next`).  The next
 * writer gives them a millisecond and no more, since they may have given up,
 * died, or been stopped.
 */
#ifndef TL_RWLOCK_H
#define TL_RWLOCK_H

#include "memory/object.h"
#include "wait/wait.h"

struct tl_rwlock {
    struct tl_object object;
    struct tl_guard guard;
    _Atomic uint64_t version; /* seq_cst: a watch word */
    _Atomic uint32_t writer;  /* id, or 0; a task may ask without the guard
                                 whether it is itself */
    uint32_t abandoned;       /* 1: a writer died, and nobody was told yet */
    uint32_t readers_next;    /* 1: until the next has it, of either kind */
    uint64_t writes;          /* how often a writer had it */
    uint64_t readers;         /* block: uint32_t by task number */
    struct tl_condition can_read;  /* wake all: readers share */
    struct tl_condition can_write; /* wake one: all want the same */
};

void tl_rwlock_describe(const struct tl_object *object, int side, char *text,
                        size_t size);
void tl_rwlock_task_died(struct tl_object *object, struct tl_task *dead,
                         struct tl_cell *cell);
void tl_rwlock_destroy(struct tl_object *object);
bool tl_rwlock_in_use(const struct tl_object *object,
                      const struct tl_task *task, const struct tl_cell *cell);

#endif
