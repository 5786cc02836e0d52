/*
 * Keep: what becomes of a cell whose handle is closed while the task holds the
 * object (a lock, seats of a semaphore).  The cell is the only way from a dead
 * task to what must be passed on: so it stays, and is `kept`.
 *
 * No more cells stay than are needed:
 *   - none where no other reference is left, since then nobody else can
 *     want the object;
 *   - one for an object;
 *   - of a condition the lock's, since that is what the task holds;
 *   - a kept cell goes when another is to be kept, and the task has given its
 *     object back meanwhile by another handle.
 */
#ifndef TL_KEEP_H
#define TL_KEEP_H

#include <stdbool.h>

#include "memory/object.h"

/* This task closes the handle of the cell, which is one of its own.  Whether
 * the cell stays; else the caller drops it. */
bool tl_keep_for_debts(struct tl_cell *cell);

#endif
