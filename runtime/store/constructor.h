/*
 * Constructor: how objects are made: a block that this task owns, filled in,
 * and then known to others at once.
 */
#ifndef TL_CONSTRUCTOR_H
#define TL_CONSTRUCTOR_H

#include "memory/object.h"
#include "tidelock.h"

/* A zeroed object of the kind, with its name and number, in this task's
 * TL_OWNED_OBJECT; NULL and *status.  From here on a death destroys it, so what
 * the constructor takes is owned by words of the object.
 *
 * It is made in out->arena.  Where a space has an object of this name already,
 * `out` becomes a handle to that, and the result is NULL; *status is TL_OK, or
 * TL_OTHER_KIND, or TL_OTHER_SHAPE (unless out->side is TL_FIND_ANY). */
void *tl_constructor_begin(struct tl_handle *out, enum tl_kind_id kind,
                           const char *name, uint64_t shape, int *status);

/* The object in TL_OWNED_OBJECT gets its first reference: a handle of this
 * task.  On failure the object is destroyed. */
int tl_constructor_finish(struct tl_handle *out, int side);

#endif
