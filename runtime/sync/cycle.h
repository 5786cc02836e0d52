/*
 * Cycle: finds out that a wait would close a cycle of waits.
 *
 * What ends a wait is often known: the holder of a lock, who writes or reads an
 * rwlock, who has the seats of a bounded semaphore, the task that is joined
 * (`holder` in the table of kinds).  A task that is about to wait for such a
 * thing without a deadline says so in its slot (`pending`), then looks whom it
 * waits for, whom these wait for, and so on.  Whoever can go on is struck out
 * (as in base/deadlock), with all who need no more than that; if this task
 * remains, and the way through the others comes back to it, it does not wait,
 * but is told of the cycle (tl_deadlock_text).
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
 * So where the pending words are read first, then the holders, then the same
 * pending words again, unchanged, what was read was so at one moment; and a
 * cycle of tasks that wait without deadlines stays.  A wait with a deadline is
 * no part of any.
 *
 * One report a cycle.  A task that looks says so.  Where more than one task of
 * a cycle looks, the others leave it to the one with the lowest `person`, and
 * look again when that one has decided.  Whichever said last that it waits sees
 * all others, so that one of them is told.
 *
 * Limits: seats of a bounded semaphore count as their takers' to give back,
 * until another task has given one back; and who has a seat itself waits for
 * somebody unknown.  Who wants to read and lets a writer go first counts as
 * able to go on.  What a program waits for at its end is no part of a cycle,
 * since it may not be refused: the report of all tells of that.  Between arenas
 * a cycle is found where the process of the task that closes it has each of
 * them open that a wait in it is for.
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
