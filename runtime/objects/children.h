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

#include "process.h"
#include "tidelock.h"

/* Room for one more, before the start; then, after it: its pid, or 0 for a
 * thread.  TL_NO_MEMORY. */
int tl_children_reserve(struct tl_process *process);
void tl_children_add(pid_t pid);
void tl_children_unreserve(void);

/* In a new child: the list is the parent's, not ours. */
void tl_children_forget(void);

/* At a thread's end: reaps all that have ended, and forgets the rest. */
void tl_children_leave(void);

/* Reaps this child, waiting for its very end, unless it is stopped.  Nothing
 * when it is not ours or reaped already. */
void tl_children_await(const struct tl_process *process);

/* Live children, from 0; NULL past the last. */
struct tl_process *tl_children_at(size_t i);

#endif
