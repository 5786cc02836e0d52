/*
 * Stat: what the kernel says about a process: /proc/PID/stat, see proc(5).
 */
#ifndef TL_STAT_H
#define TL_STAT_H

#include <stdbool.h>
#include <sys/types.h>

struct tl_stat {
    char state;           /* R, S, D, T (stopped), Z (zombie), ... */
    unsigned exit_status; /* of a zombie: as waitpid(2) would give it */
};

/* False: there is no such process, or no /proc. */
bool tl_stat_read(pid_t pid, struct tl_stat *stat);

#endif
