/*
 * Procfs: what the kernel says about a process or a thread in the files of
 * /proc, see proc(5).
 */
#ifndef TL_PROCFS_H
#define TL_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tl_procfs {
    char state;           /* R, S, D, T (stopped), Z (zombie), ... */
    unsigned exit_status; /* of a zombie: as waitpid(2) would give it */
};

/* The beginning of a small file of the kernel's, as a string of less than
 * `size` bytes; false: it cannot be read, or is empty. */
bool tl_procfs_text(const char *path, char *text, size_t size);

/* False: there is no such process, or no /proc. */
bool tl_procfs_read(pid_t pid, struct tl_procfs *stat);

/* When the process began, in the system's ticks: with its pid it is no other's.
 * 0: there is no such process, or no /proc. */
uint64_t tl_procfs_started(pid_t pid);

/* Whether a signal, or a debugger, has stopped the process or thread. */
bool tl_procfs_stopped(pid_t pid);

/* Whether it is neither stopped nor over; false also where nothing tells. */
bool tl_procfs_runs(pid_t pid);

/* Whether the process is no more, or a zombie. */
bool tl_procfs_gone(pid_t pid);

/* Whether the thread sleeps, or is stopped, and no signal is on its way to it:
 * so that it does not run before somebody wakes it.  False for a thread that
 * was killed, dead or not yet.  True where there is no /proc, or no descriptor
 * left to look. */
bool tl_procfs_sleeps(pid_t pid, pid_t tid);

#endif
