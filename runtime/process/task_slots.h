/*
 * Task slots: the slots of a task in all arenas where its program works.
 *
 * A task has a slot in the program's own arena and one in each space that was
 * open when it was forked, or that it has opened since.  The parent claims
 * them before the fork and gives them all that the child will inherit, so that
 * the child's handles are valid from its first instruction; if either dies
 * before the child has entered, the slots are settled like those of the dead.
 */
#ifndef TL_TASK_SLOTS_H
#define TL_TASK_SLOTS_H

#include <stddef.h>
#include <sys/types.h>

#include "process/process.h"
#include "tasks/task.h"
#include "tidelock.h"

struct tl_task_slots {
    struct tl_process *process;
    struct tl_task *tasks[TL_ARENAS]; /* NULL: none there */
    uint32_t ids[TL_ARENAS];
};

/* Claims slots for the child that will run `process`.  `given` as in
 * tl_process_start.  TL_NO_TASKS, TL_NO_MEMORY: nothing was claimed. */
int tl_task_slots_take(struct tl_task_slots *slots, struct tl_process *process,
                       const struct tl_handle *const *given, size_t count);

/* The same for a thread that will run `thread`, which inherits nothing: a slot
 * at home, and the others when it opens a space. */
int tl_task_slots_take_thread(struct tl_task_slots *slots,
                              struct tl_process *thread);

/* Gives the slots back where there was no fork, or no thread.  Leaves errno,
 * which says why. */
void tl_task_slots_give_back(struct tl_task_slots *slots);

/* By the parent, after a fork: `pid` is the child's; before it starts a thread:
 * its own. */
void tl_task_slots_forked(const struct tl_task_slots *slots, pid_t pid);

/* The child enters its slots.  False: the parent died before it had told the
 * pid, and the slots are not the child's any more. */
bool tl_task_slots_enter(const struct tl_task_slots *slots);

/* This thread gives up all that it has, in every arena, and its slots. */
void tl_task_slots_leave(void);

/* The same in this arena alone. */
void tl_task_slots_leave_here(void);

/* Ties a slot to the process or thread that will run in it.  `parent`: NULL for
 * main. */
void tl_task_slots_tie(struct tl_task *task, struct tl_process *process,
                       const struct tl_task *parent);

/* Gives this thread a slot in the present arena, where it has none.  with_name:
 * the slot has the name that the task has at home; else it has none, which
 * says that the task has only come to look.  TL_NO_TASKS. */
int tl_task_slots_join(bool with_name);

#endif
