/*
 * Checkpoint: the first line of every operation, blocking or not.
 *
 * It is one predictable branch while nothing is due.  Behind it is what a task
 * must hear of between its own operations: deaths that it came across inside a
 * guard, a fork that the runtime does not know of.
 */
#ifndef TL_CHECKPOINT_H
#define TL_CHECKPOINT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "park/due.h"
#include "tasks/task.h"
#include "wait/operation.h"
#include "tidelock.h"

/* TL_OK, TL_STOPPED, TL_FOREIGN or TL_FOREIGN_THREAD. */
int tl_checkpoint_due(enum tl_operation operation, const void *object,
                      uint64_t key);

/* The same of the whole object, by one that waits until then. */
int tl_checkpoint_due_until(enum tl_operation operation, const void *object,
                            tl_deadline deadline);

/* Where nothing is due this is all; what says nothing is not recorded. */
static inline bool tl_checkpoint_passed(enum tl_operation operation)
{
    /* relaxed: a flag seen late is seen at the next operation */
    unsigned due = atomic_load_explicit(&tl_due, memory_order_relaxed);
    if (operation == TL_OP_NONE)
        due &= ~(unsigned)(TL_DUE_RECORD | TL_DUE_WAITED);
    if (__builtin_expect(due != 0, 0))
        return false;
    /* relaxed: words for reports, of what may wait.  A store before a locked
     * instruction costs what a look does not. */
    if (tl_operation_blocks[operation] &&
        __builtin_expect(atomic_load_explicit(&tl_self->intent.operation,
                                              memory_order_relaxed) !=
                             operation,
                         0))
        atomic_store_explicit(&tl_self->intent.operation, operation,
                              memory_order_relaxed);
    return true;
}

/* This task says what it is about to do, and that is a point.  TL_OP_NONE: it
 * says nothing. */
static inline int tl_checkpoint_at(enum tl_operation operation,
                                   const void *object, uint64_t key)
{
    return tl_checkpoint_passed(operation)
               ? TL_OK
               : tl_checkpoint_due(operation, object, key);
}

static inline int tl_checkpoint(void)
{
    return tl_checkpoint_at(TL_OP_NONE, NULL, TL_INTENT_ALL);
}

/* While it is set nothing that this thread enters is a point, or says what it
 * is about to do; and what is no mere look at an object is refused
 * (TL_STOPPED). */
extern _Thread_local bool tl_checkpoint_stopped;

/* In a thread of ours: the word in its object by which others ask it to end;
 * else NULL.  It lies in the program's own arena, at the same address in all
 * processes, and stays while the thread lives. */
extern _Thread_local _Atomic uint32_t *tl_checkpoint_cancel;

/* Whether a call that is about to block must end: TL_INTERRUPTED, TL_CANCELLED,
 * each once; or TL_OK.  tl_checkpoint_is_ended tells it without taking it. */
int tl_checkpoint_ended(void);
bool tl_checkpoint_is_ended(void);

/* The first line of an operation without a handle; tl_enter_home: of one on the
 * program itself. */
static inline int tl_enter_arena(unsigned arena, enum tl_operation operation)
{
    if (__builtin_expect(arena != tl_arena, 0))
        tl_task_visit(arena);
    return tl_checkpoint_at(operation, NULL, TL_INTENT_ALL);
}

static inline int tl_enter_home(enum tl_operation operation)
{
    return tl_enter_arena(TL_HOME, operation);
}

/* Forks leave the child without a task; from now on they are noticed. */
void tl_checkpoint_watch_forks(void);

/* This thread is a task (again): after tl_init, in a child of ours, and in a
 * thread of ours. */
void tl_checkpoint_adopt(void);

/* This task, which has its name now, is recorded from here on, where that was
 * prepared (trace/recording).  `thread`: it is one of its process. */
void tl_checkpoint_record(bool thread);

#endif
