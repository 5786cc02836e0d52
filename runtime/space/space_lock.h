/*
 * Space lock: who has the file of a space open, and who checks it.
 *
 * Every program that has a space open keeps a shared lock of its file (flock);
 * the lock goes with the last descriptor of the program and its children.  One
 * that finds itself alone has it for itself until it has checked what is there.
 *
 * Whoever comes meanwhile waits, as long as a check may take, but not for a
 * program that has been stopped in the midst of it.  Ctrl-C and tl_thread_cancel
 * end the wait; no callbacks run in it, since the process lock is held
 * (process/process_lock).
 *
 * Limits: who checks is found in /proc/locks, so not where it is in another PID
 * namespace, or there is no /proc: then the wait has no end of its own.
 */
#ifndef TL_SPACE_LOCK_H
#define TL_SPACE_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

/* *alone: no other program has the space open, and any that opens it now waits
 * until tl_space_share.  TL_OK, TL_CHECKED (which tl_space_lock_holder tells),
 * TL_INTERRUPTED (for what the caller is to take by tl_checkpoint_ended),
 * TL_SYSTEM. */
int tl_space_lock(int fd, bool *alone);

/* Lets others come, or comes in beside them.  The same statuses. */
int tl_space_share(int fd);

/* The process that has the file for itself; 0: none, or it cannot be told. */
pid_t tl_space_lock_holder(int fd);

#endif
