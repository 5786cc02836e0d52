/*
 * Space lock: who has the file of a space open, and who checks it.
 *
 * Every program that has a space open keeps a shared lock of its file (flock);
 * the lock goes with the last descriptor of the program and its children.  One
 * that finds itself alone has it for itself until it has checked what is there.
 *
 * Whoever comes meanwhile tries again and again, with no lock held: each time
 * it may find itself alone, since who checks may be killed, or refuse what is
 * there.  It goes on as long as a check may take, but not for a program that has
 * been stopped in the midst of it.
 *
 * Limits: who checks is found in /proc/locks, so not where it is in another PID
 * namespace, or there is no /proc: then the wait has no end of its own.
 */
#ifndef TL_SPACE_LOCK_H
#define TL_SPACE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* *alone: no other program has the space open, and any that opens it now waits
 * until tl_space_share.  TL_OK; TL_FULL: another has it for itself at the
 * moment; TL_SYSTEM. */
int tl_space_lock(int fd, bool *alone);

/* Lets others come, or comes in beside them.  The same statuses. */
int tl_space_share(int fd);

/* Between two tries, of which the first has a wait that is zeroed.  TL_FULL: it
 * is time for another; TL_CHECKED: the checker stays stopped;
 * TL_INTERRUPTED, TL_CANCELLED.  Functions for signals may run. */
struct tl_space_wait {
    int64_t pause;   /* the last one */
    int64_t stopped; /* since when the checker is; 0: it is not */
    pid_t checker;
};
int tl_space_lock_wait(struct tl_space_wait *wait, pid_t checker);

/* The process that has the file for itself; 0: none, or it cannot be told. */
pid_t tl_space_lock_holder(int fd);

#endif
