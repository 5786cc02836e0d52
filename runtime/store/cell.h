/*
 * Cell: the references that a task has, by index: in its slot, then in chunks
 * that stay with the slot.  Some cells are a bundle's (store/bundle).
 */
#ifndef TL_CELL_H
#define TL_CELL_H

#include <stdint.h>

#include "memory/object.h"
#include "tasks/task.h"

/* Cells: the references of a task, by index; some are for bundles
 * (store/bundle).  tl_cells_add returns the index of one that is not, or
 * TL_NO_MEMORY; the cell is empty and belongs to who asked. */
struct tl_cell *tl_cell_at(struct tl_task *task, uint32_t index);
int64_t tl_cells_add(struct tl_task *task, uint32_t from);

/* Makes `count` cells from `index` on, the first beyond those in use, empty
 * ones that are: one of the first TL_BUNDLE_CELLS, or those of a group.
 * TL_OK or TL_NO_MEMORY. */
int tl_cells_extend(struct tl_task *task, uint32_t index, uint32_t count);

#endif
