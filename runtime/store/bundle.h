/*
 * Bundle: what keeps many objects for many children by few references.
 *
 * A child inherits all handles of its parent.  To count each of them for each
 * child costs a look at every object at the fork and another at the child's
 * end, where every look is at a page that the child has not mapped yet: of
 * thousands of handles a child uses a few.  So cells are inherited in groups of
 * TL_BUNDLE_CELLS, but for the first group, whose cells are counted one by one.
 * The first cell of each other group is no handle's; it refers to the group's
 * bundle, or is 0.  A bundle is an object of no script that refers to the
 * objects of its group, and never changes.  The child gets one reference to it,
 * and the cells that are in it are lent (TL_LENT): they do not count.
 *
 * Invariants, of every task, at any moment under the guard of store/refs:
 *   - where a cell is lent, the bundle of its group names what it refers to
 *   - where a group has a bundle, what that names for a cell is what the cell
 *     refers to, lent or counted; 0: it is not of the bundle
 * So an object is there while a cell is lent, and a task has used no object by
 * a lent cell (tl_enter, the first line of every operation, has it counted
 * first): it owes nothing by it, and its end need not look at the object.  Of a
 * kind to which that is not enough (never_lent), no cell is ever lent.
 *
 * Who gives up a cell that is of a bundle parts with the bundle: the group's
 * lent cells become counted, and the reference to the bundle goes; so no object
 * stays for the sake of its neighbours.  That costs a group once what each fork
 * would cost otherwise.
 *
 * Who dies between two steps of these leaves some cells counted and some lent,
 * and the bundle: recovery empties the lent ones, which are above the bundle's
 * own, before it drops that.
 *
 * Limits: in the program's own arena alone; a space has no bundles.
 */
#ifndef TL_BUNDLE_H
#define TL_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "tasks/task.h"

#define TL_BUNDLE_CELLS 64u

/* Written before its first reference exists. */
struct tl_bundle {
    struct tl_object object;
    tl_ref refs[TL_BUNDLE_CELLS]; /* by place in the group; or 0 */
};

/* Whether the cell at `index` is for a bundle. */
static inline bool tl_bundle_is_at(uint32_t index)
{
    return index >= TL_BUNDLE_CELLS && index % TL_BUNDLE_CELLS == 0;
}

/* Gives `child`, a slot that is starting, a copy of every cell of this task
 * that is not its own alone (TL_OWN), without claims and debts.  TL_OK or
 * TL_NO_MEMORY. */
int tl_bundle_bequeath(struct tl_task *child);

/* This task is about to give up the cell, which is then its own, or empty. */
void tl_bundle_part(uint32_t index);

/* The cell, which may be lent, is counted from now on. */
void tl_bundle_claim(struct tl_cell *cell);

void tl_bundle_destroy(struct tl_object *object);

#endif
