/*
 * Handle: how a task reaches an object; and how objects are made.
 */
#ifndef TL_HANDLE_H
#define TL_HANDLE_H

#include "memory/object.h"
#include "store/refs.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/checkpoint.h"

/* A zeroed object of the kind, with its name and number, in this task's
 * TL_HAND_OBJECT; NULL and *status.  From here on a death destroys it, so what
 * the constructor takes is owned by words of the object.
 *
 * It is made in out->arena.  Where a space has an object of this name already:
 * NULL, and `out` is a handle to that; *status is TL_OK, or TL_OTHER_KIND or
 * TL_OTHER_SHAPE (unless out->side is TL_FIND_ANY). */
void *tl_object_make(struct tl_handle *out, enum tl_kind_id kind,
                     const char *name, uint64_t shape, int *status);

/* The object in hand gets its first reference: a handle of this task.  On
 * failure the object is destroyed. */
int tl_object_publish(struct tl_handle *out, int side);

/* The two halves of making a handle, for who fills the cell in between: a cell
 * that is empty, and a handle by what the cell refers to (TL_EMPTY: nothing,
 * and the cell is free again). */
int tl_handle_reserve(uint32_t *index);
int tl_handle_fill(struct tl_handle *out, uint32_t index);

/* A handle to what the word in the arena refers to at this moment, which may
 * be anybody's.  TL_EMPTY; TL_NO_MEMORY.  To be given back by tl_handle_return,
 * which has no other effect: the task may hold the object. */
int tl_handle_borrow(struct tl_handle *out, const tl_ref *word);
void tl_handle_return(struct tl_handle *handle);

/* A further handle of this task.  `claim`: it counts as a holder. */
int tl_handle_make(struct tl_handle *out, struct tl_object *object, int side,
                   bool claim);

static inline struct tl_cell *tl_handle_cell(const struct tl_handle *handle)
{
    return tl_cell_at(tl_self, handle->cell);
}

#endif
