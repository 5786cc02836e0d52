/*
 * Lock order: two orders of locks that contradict each other are warned of,
 * with both places, though no deadlock came of them:
 *
 *   tidelock: lock order: worker-1 takes lock "a" (bank.lua:10), then lock "b"
 *   (bank.lua:11); worker-2 takes lock "b" (bank.lua:17), then lock "a"
 *   (bank.lua:18): with another schedule they may wait for each other
 *
 * as one line on stderr, or a notice of the exploration; circles of three and
 * more as well, each set of locks once.  Linux's lockdep does this for kernels;
 * which circles are left out as harmless is in explore/lock_circle.
 *
 * At each point a task looks at what it holds: what its last operation took or
 * gave back.  So neither a lock nor an ordinary run knows of this, and a lock
 * that was abandoned is held by whoever takes it, like others.  Where it begins
 * to take another lock, an edge goes into the lock graph from each that it
 * holds.  What a task has seen of itself lies in its thread, and ends with it.
 *
 * Watched are locks, rlocks and rwlocks, the lock of a condition, also when it
 * is taken again after a wait, and the update of a value or a table, which
 * calls the script.  An operation that only tries (a timeout of 0) waits for
 * nobody: it makes no edge, but what it got is held.  One with a later timeout
 * counts as one that waits.
 *
 * A semaphore is no such lock, since any task may release it, so that there is
 * nobody to wait for; but seats that a task has taken and not given back are
 * gates.
 *
 * Limits
 *   - Of what is ordered by other things than start, join and result (queues,
 *     events, barriers, ipc.wait, pools), nothing is known: it may be warned of
 *     orders that meet in no schedule.
 *   - Two readers of an rwlock do not contradict each other, though with a
 *     third task that waits to write they can.
 *   - Not watched are the short waits of set and add of a value or a table;
 *     what handlers of signals take while their task waits; a task that holds
 *     more than TL_LOCK_GRAPH_HELD locks, until it holds none of those that
 *     were noted.
 */
#ifndef TL_LOCK_ORDER_H
#define TL_LOCK_ORDER_H

/* This task is at a point, and has not given the turn away yet: what its last
 * operation has brought is what it finds. */
void tl_lock_order_point(void);

/* It has just begun the step that its slot says. */
void tl_lock_order_step(void);

/* This task ends. */
void tl_lock_order_end(void);

#endif
