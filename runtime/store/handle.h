/*
 * Handle: how a task reaches an object.
 */
#ifndef TL_HANDLE_H
#define TL_HANDLE_H

#include "memory/object.h"
#include "store/cell.h"
#include "store/refs.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/checkpoint.h"

/* The two halves of making a handle, for a caller that fills the cell in
 * between.  reserve: finds an empty cell.  fill: makes the handle to what the
 * cell refers to by then (TL_EMPTY: nothing, and the cell is free again). */
int tl_handle_reserve(uint32_t *index);
int tl_handle_fill(struct tl_handle *out, uint32_t index);

/* A handle to what a word in the arena, of any task or object, refers to at
 * this moment.  TL_EMPTY; TL_NO_MEMORY.  tl_handle_return gives it back, and
 * has no effect on what the task may hold of the object. */
int tl_handle_borrow(struct tl_handle *out, const tl_ref *word);
void tl_handle_return(struct tl_handle *handle);

/* A further handle of this task.  `claim`: it counts as a holder. */
int tl_handle_make(struct tl_handle *out, struct tl_object *object, int side,
                   bool claim);

static inline struct tl_cell *tl_handle_cell(const struct tl_handle *handle)
{
    return tl_cell_at(tl_self, handle->cell);
}

/* How many forks lie between the first process and this one.  A handle says at
 * which of them it was used last, and what a child inherits says less: so the
 * first use in a child is known, at which what was lent becomes counted
 * (store/bundle). */
extern uint32_t tl_handle_forks;
int tl_handle_first_use(const struct tl_handle *handle);

/* To where the object is. */
static inline int tl_enter_arena_of(const struct tl_handle *handle)
{
    if (__builtin_expect(!handle->object, 0))
        return TL_DROPPED;
    if (__builtin_expect(handle->forks != tl_handle_forks, 0)) {
        int status = tl_handle_first_use(handle);
        if (status < 0)
            return status;
    }
    if (__builtin_expect(handle->arena != tl_arena, 0))
        tl_task_visit(handle->arena);
    return TL_OK;
}

/* What has run at the checkpoint may have closed the handle. */
static inline int tl_enter_passed(const struct tl_handle *handle, int status)
{
    return status == TL_OK && !handle->object ? TL_DROPPED : status;
}

/* The first line of every operation: says that it is about to do `operation` to
 * the part `key` of the object (wait/operation). */
static inline int tl_enter_at(const struct tl_handle *handle,
                              enum tl_operation operation, uint64_t key)
{
    int status = tl_enter_arena_of(handle);
    if (status < 0 || tl_checkpoint_passed(operation))
        return status;
    return tl_enter_passed(handle,
                           tl_checkpoint_due(operation, handle->object, key));
}

/* The same of the whole object. */
static inline int tl_enter(const struct tl_handle *handle,
                           enum tl_operation operation)
{
    return tl_enter_at(handle, operation, TL_INTENT_ALL);
}

/* The same, and until when it waits. */
static inline int tl_enter_until(const struct tl_handle *handle,
                                 enum tl_operation operation,
                                 tl_deadline deadline)
{
    int status = tl_enter_arena_of(handle);
    if (status < 0 || tl_checkpoint_passed(operation))
        return status;
    return tl_enter_passed(
        handle, tl_checkpoint_due_until(operation, handle->object, deadline));
}

#endif
