/*
 * Children: the processes that this task has forked and not yet reaped, and
 * the threads that it has started and that have not ended.
 *
 * Each thread has a list of its own, as the list's references are a task's.
 * No handler of SIGCHLD is installed: a script may have children of its own
 * (io.popen), and only pids on this list are waited for.
 */
#ifndef TL_CHILDREN_H
#define TL_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/process.h"
#include "tidelock.h"

/* reserve, before the start: room for one more (TL_NO_MEMORY).  Then, after it,
 * add: its pid, or 0 for a thread; or unreserve. */
int tl_children_reserve(struct tl_process *process);
void tl_children_add(pid_t pid);
void tl_children_unreserve(void); /* leaves errno */

/* In a new child: the list is the parent's, not ours, and so are the
 * references, which a child does not inherit. */
void tl_children_forget(void);

/* At a thread's end: reaps all that have ended, for a second at most, and
 * forgets the rest. */
void tl_children_leave(void);

/* Reaps this child, which has said that it ends or was found dead; unless it is
 * stopped, waits until the kernel has done with it.  TL_OK, also when it is not
 * this thread's child or was reaped already; TL_TIMEOUT: the kernel has not
 * done with it yet (its memory is large), or a tracer keeps it; else as
 * tl_descriptor_wait. */
int tl_children_await(const struct tl_process *process, tl_deadline deadline);

/* Whether it is a child that this thread has not yet reaped: then its pid is
 * its own, dead or alive. */
bool tl_children_has(const struct tl_process *process);

/* At the program's end, after all were killed: reaps what has ended, kills what
 * has not, and tells whether there was any.  The list stays as it is.
 * Async-signal-safe. */
bool tl_children_remain(void);

/* Live children, from 0; NULL past the last. */
struct tl_process *tl_children_at(size_t i);

#endif
