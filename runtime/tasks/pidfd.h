/*
 * Pidfd: a descriptor that names one process and no later one of the same pid;
 * readable once that has ended (Linux 5.3).
 */
#ifndef TL_PIDFD_H
#define TL_PIDFD_H

#include <sys/types.h>

/* Closed by an exec, and above the three that programs take for granted.  -1
 * with errno: ESRCH: there is no such process. */
int tl_pidfd_open(pid_t pid);

/* As kill(2); by the pid where there is no descriptor (-1), or the kernel sends
 * nothing by it. */
int tl_pidfd_signal(int pidfd, pid_t pid, int signal);

/* Leaves errno; -1 is none. */
void tl_pidfd_close(int pidfd);

#endif
