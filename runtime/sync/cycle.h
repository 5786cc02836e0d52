/*
 * Cycle: finds out that a wait would close a cycle of waits.
 *
 * It is often known which tasks can end a wait: the holder of a lock, the
 * writer or readers of an rwlock, the tasks that have seats of a bounded
 * semaphore, the task that is joined (`holder` in the table of kinds).  A task
 * that is about to wait for one of these without a deadline says so in its slot
 * (`pending`).  Then it looks for whom it waits, for whom these wait, and so
 * on.  It strikes out the tasks that can go on (as in base/deadlock), and then
 * those that need no more than that.  If it remains itself, and the way through
 * the others comes back to it, it does not wait, but is told of the cycle
 * (tl_deadlock_text).
 *
 * `pending`:
 *
 *   0                   it waits for nothing like that
 *
 *   TL_CYCLE_ELSEWHERE  it waits, in another arena
 *
 *   offset | count << 48, where the offset is that of the wait queue; and
 *   TL_CYCLE_LOOKS while it looks whether it may wait
 *
 * The count grows with every wait, so that two looks at the word tell whether
 * they saw one wait.
 *
 * A task that says that it waits also says in all its slots who it is
 * (`person`): so a task that holds something in one arena is known to be the
 * one that waits in another.
 *
 * No false report.  A task that waits neither takes nor gives back anything.
 * So if the pending words are read, then the holders, then the pending words
 * again, and these have not changed, all that was read was so at one moment.  A
 * cycle of tasks that wait without deadlines stays; a wait with a deadline is
 * part of none.
 *
 * One report a cycle.  A task that looks says so.  Where more than one task of
 * a cycle looks, the others leave it to the one with the lowest `person`, and
 * look again when that one has decided.  Whichever said last that it waits sees
 * all others, so that one of them is told.
 *
 * Limits
 *   - Seats of a bounded semaphore count as their takers' to give back, until
 *     another task has given one back; and a task that has a seat itself waits
 *     for an unknown one.
 *   - A reader that lets a writer go first counts as able to go on.
 *   - The waits at a program's end are part of no cycle, since they must not be
 *     refused: the report of all tasks (wait/deadlock_check) tells of them.
 *   - A cycle through more than one arena is found where the process of
 *     the task that closes it has all of them open.
 */
#ifndef TL_CYCLE_H
#define TL_CYCLE_H

#include "wait/wait.h"

#define TL_CYCLE_LOOKS UINT64_C(1)
#define TL_CYCLE_ELSEWHERE UINT64_C(2)

/* As tl_wait, at a queue whose object's kind has a `holder`.  TL_DEADLOCK: the
 * wait would close a cycle. */
int tl_cycle_wait(struct tl_wait_queue *condition, const _Atomic uint64_t *word,
                  uint64_t seen, tl_deadline deadline);

/* The same, as tl_wait_since. */
int tl_cycle_wait_since(struct tl_wait_queue *condition,
                        const _Atomic uint64_t *word, uint64_t seen,
                        int64_t arrived, tl_deadline deadline);

#endif
