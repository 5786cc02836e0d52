/*
 * Inherit: what a child has of its parent's: a reference by every handle that
 * is not the parent's alone (TL_OWN), most of them lent (store/bundle); and of
 * those that it is given, what counts as held by it from the start (ends of
 * pipes).
 */
#ifndef TL_INHERIT_H
#define TL_INHERIT_H

#include <stddef.h>

#include "tasks/task.h"
#include "tidelock.h"

/* Gives the slot of a child that is starting what it inherits in the present
 * arena.  TL_OK or TL_NO_MEMORY. */
int tl_inherit(struct tl_task *task, const struct tl_handle *const *given,
               size_t count);

#endif
