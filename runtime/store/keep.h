/*
 * Keep: what becomes of a reference whose handle goes while the task holds the
 * object (a lock, seats): a cell is the only way from a dead task to what must
 * be passed on, so it stays, and is `kept`.
 *
 * Not for ever, and not more than needed: nothing stays where nobody else can
 * want the object, since this was the last reference; one cell is enough for an
 * object; of a condition it is the lock that is held, not the condition; and a
 * cell that was kept goes when the next is to be kept and its object has been
 * given back meanwhile, by another handle.
 */
#ifndef TL_KEEP_H
#define TL_KEEP_H

#include <stdbool.h>

#include "memory/object.h"

/* This task gives up the handle of the cell, which is one of its own.  Whether
 * the cell stays, and for what; else the caller drops it. */
bool tl_keep_for_debts(struct tl_cell *cell);

#endif
