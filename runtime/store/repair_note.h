/*
 * Repair note: what a task is doing inside a guard, in its own slot, for the
 * repair.
 *
 * A commit changes one word of the object.  What else must follow from it (a
 * block changes owner, a cell counts one item more) is settled by whoever
 * finds the note of a dead task: the word as it was before tells whether the
 * commit happened.
 */
#ifndef TL_REPAIR_NOTE_H
#define TL_REPAIR_NOTE_H

#include <stdint.h>

#include "base/fault.h"
#include "memory/object.h"
#include "tasks/task.h"

/* Before the commit.  After it, cell (or NULL) will count `change` more. */
static inline void tl_repair_note_begin(enum tl_doing doing, uint64_t before,
                                        struct tl_cell *cell, int64_t change)
{
    struct tl_repair_note *note = &tl_self->note;
    note->before = before;
    note->cell = cell ? tl_offset(cell) : 0;
    if (cell)
        note->debt = (uint32_t)(cell->debt + change);
    /* the rest of the note before `doing`, for a death between; nobody reads
     * it while this task lives */
    atomic_signal_fence(memory_order_seq_cst);
    *(volatile uint32_t *)&note->doing = doing;
    atomic_signal_fence(memory_order_seq_cst);
    tl_fault();
}

/* What follows from the commit, for the cell.  Twice is harmless. */
static inline void tl_repair_note_pay_for(struct tl_task *task)
{
    if (task->note.cell)
        ((struct tl_cell *)tl_at(task->note.cell))->debt = task->note.debt;
    tl_fault();
}

static inline void tl_repair_note_pay(void)
{
    tl_repair_note_pay_for(tl_self);
}

static inline void tl_repair_note_end(void)
{
    atomic_signal_fence(memory_order_seq_cst);
    *(volatile uint32_t *)&tl_self->note.doing = TL_DOING_NOTHING;
    atomic_signal_fence(memory_order_seq_cst);
    tl_fault();
}

#endif
