/*
 * Life: whether a task still runs, and how the others learn of its end.
 *
 * A task holds one robust process-shared mutex, `life` in its slot, from
 * tl_life_begin to its end.  When the thread ends, by whatever means, the
 * kernel walks its robust list, sets FUTEX_OWNER_DIED in the mutex's word, and
 * if FUTEX_WAITERS was set wakes one sleeper.  So the word tells alive
 * (stopped too) from dead (a zombie too, or one that called exec), with no
 * trouble from reused pids; kill(pid, 0) can do none of this.
 *
 * All knowledge about that word is in this file.  It is glibc's: the futex is
 * the first int of pthread_mutex_t, of the layout of set_robust_list(2): the
 * owner's tid, FUTEX_WAITERS, FUTEX_OWNER_DIED.  A robust list of our own
 * would disable glibc's for the thread.
 *
 * A task that is STARTING has no such word yet.  It counts as dead when its
 * process is gone, when its creator died before it forked, or when the thread
 * that claimed the slot for itself is gone.
 */
#ifndef TL_LIFE_H
#define TL_LIFE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tasks/task.h"

/* Makes the mutex that the slot has for ever, where it has none.  For the task
 * that has just claimed the slot, before any task may enter it.  (The task that
 * enters must not: a child that comes late to a slot which was given up would
 * make the mutex under the next tenant.)  A claimer that dies meanwhile has let
 * nobody in, and the next one makes it anew. */
void tl_life_prepare(struct tl_task *task);

/* The calling thread takes the slot's life (false: another one has it), and
 * gives it up in order. */
bool tl_life_begin(struct tl_task *task);
void tl_life_end(struct tl_task *task);

/* The calling task has paid all its debts, and is about to free the slot: those
 * who watch it are not to be woken by its end.  If it is killed before the slot
 * is free, the kernel tells nobody, and the next sweep finds the slot. */
void tl_life_hush(struct tl_task *task);

/* Whether the slot's task has ended without giving the slot back.  May mark a
 * slot ABORTED. */
bool tl_life_has_ended(struct tl_task *task);

/* Of a slot whose process is not known: nobody is to enter it any more; who was
 * forked for it leaves.  True: it has changed meanwhile, or somebody is just
 * entering; so look again. */
bool tl_life_forestall(struct tl_task *task);

/* Whether the task of this id is running: not dead, not given back. */
bool tl_life_goes_on(uint32_t id);

/* The word to sleep on for a death, and in *value what it must still be. NULL:
 * the task has no word to sleep on (dead, or not entered yet). */
_Atomic uint32_t *tl_life_watch(struct tl_task *task, uint32_t *value);

/* The same of a slot where no task is yet: a sleeper on the word hears of the
 * death of the next that enters.  NULL: a task is there. */
_Atomic uint32_t *tl_life_await(struct tl_task *task, uint32_t *value);

/* For space/file_check: of a slot in a file that nobody has open, whether its
 * life can be taken, since the tenant before gave it up or died with it. */
bool tl_life_sound(const struct tl_task *task);

/* Whether another live task settles this task's debts: it calls all when it has
 * done so, but may be stopped. */
bool tl_life_attended(const struct tl_task *task);

/* Looks at every task and recovers the dead; how many it recovered. */
int tl_life_sweep(void);

/* The same in every arena where this thread is a task. */
int tl_life_sweep_all(void);

#endif
