/*
 * Rwlock: many readers, or one writer.
 *
 * Under the guard, `writer` is the id of the task that writes, and `readers`
 * counts by task number the tasks that read.  They are the truth; `version`,
 * the watch word, moves with every change of them.
 *
 * Writers are not starved: a reader waits while a task is listed in can_write,
 * or was and has been called (`writers_next`).  So when such a task gives up or
 * dies, the readers are woken.  Where nobody has the lock, readers give the
 * writer that was called 10 milliseconds and no more, since it may have given
 * up, died, or been stopped.  Among writers, the one that has waited long is
 * next (sync/turn).
 *
 * Readers are not starved either: a reader that has waited while a writer had
 * the lock (`writes` has moved) goes before the writers that wait; and a writer
 * that releases it while readers wait leaves it to them (`readers_next`).  The
 * next writer gives them 10 milliseconds too.
 */
#ifndef TL_RWLOCK_H
#define TL_RWLOCK_H

#include "memory/object.h"
#include "sync/turn.h"

struct tl_rwlock {
    struct tl_object object;
    struct tl_guard guard;
    _Atomic uint64_t version; /* a watch word */
    _Atomic uint32_t writer;  /* id, or 0; a task may look without the guard
                                 whether it is its own */
    uint32_t abandoned;       /* 1: a writer died, and nobody was told yet */
    uint32_t readers_next;    /* 1: until the next has it, of either kind */
    uint32_t writers_next;    /* 1: until a writer has it, or none waits */
    struct tl_turn turn;      /* of the writers */
    uint64_t writes;          /* how often a writer had it */
    uint64_t readers;         /* block: uint32_t by task number */
    struct tl_wait_queue can_read;  /* wake all: readers share */
    struct tl_wait_queue can_write; /* wake one: all want the same */
};

void tl_rwlock_describe(const struct tl_object *object, int side, char *text,
                        size_t size);
void tl_rwlock_task_died(struct tl_object *object, struct tl_task *dead,
                         struct tl_cell *cell);
void tl_rwlock_destroy(struct tl_object *object);
bool tl_rwlock_in_use(const struct tl_object *object,
                      const struct tl_task *task, const struct tl_cell *cell);
uint32_t tl_rwlock_holder_id(const struct tl_object *object, uint32_t verb,
                             uint32_t after);

#endif
