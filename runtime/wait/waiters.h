/*
 * Waiters: who is listed at a condition.
 *
 * The list is derived from the nodes of all tasks: a node names its condition
 * before it is linked and until it has left.  So a dead task is taken off from
 * its own nodes, and a list whose guard had a dead holder is emptied from all
 * tasks' nodes, with everybody called.
 *
 * Of a task's nodes the first is in its slot; where it waits for several
 * conditions at once, the others are in chunks that stay with the slot for
 * ever: who repairs a list reads all of them, at any time.
 */
#ifndef TL_WAITERS_H
#define TL_WAITERS_H

#include "wait.h"

/* The i-th node of a task, from 0. */
struct tl_waiter *tl_waiter_at(struct tl_task *task, uint32_t i);

/* How many nodes chunk k is to have; the chunks together, with the one in the
 * slot, are all there are. */
uint32_t tl_waiters_of_chunk(unsigned k);

/* This task is going to use its first `count` nodes, whose chunks are there;
 * with 1, it is done with them. */
void tl_waiters_use(uint32_t count);

/* Lists this task by its node; false: the word has moved, and it is not. */
bool tl_waiter_enlist(struct tl_waiter *node, struct tl_condition *condition,
                      const _Atomic uint64_t *word, uint64_t seen);

/* Off the list again; true: a waker had chosen this task. */
bool tl_waiter_leave(struct tl_waiter *node);

/* Takes a dead task's nodes off the lists that they may be in. */
void tl_waiters_unlist(struct tl_task *dead);

/* Repair of a condition whose guard was taken over: empties the list and calls
 * everybody. */
void tl_condition_repair(struct tl_condition *condition);

#endif
