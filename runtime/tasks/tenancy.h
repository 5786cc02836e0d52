/*
 * Tenancy: which task has a slot.  The creator of a task claims it, the task
 * enters it, and whoever has settled what the task owed gives it back.
 */
#ifndef TL_TENANCY_H
#define TL_TENANCY_H

#include "tasks/task.h"

/* Claims a free slot for a task that the caller is about to start; its words
 * are clean.  NULL: the table is full. */
struct tl_task *tl_tenancy_claim(void);

/* Enters the slot, claimed for the task of this id, as the calling thread's.
 * False: it was aborted, and is nothing to this thread any more. */
bool tl_tenancy_enter(struct tl_task *task, uint32_t id);

/* Gives the slot back: new epoch, clean words, FREE.  The caller has settled
 * everything that the slot names. */
void tl_tenancy_free(struct tl_task *task);

#endif
