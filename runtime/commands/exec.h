/*
 * Exec: starts a program in a process of its own, without a shell.
 *
 * It uses vfork, so that a start costs the same however large this process is,
 * and holds all signals back until the child has dropped this program's
 * handlers.  The child tells how far it came by a pipe that a successful exec
 * closes: so what failed is known before the call returns.
 *
 * The program gets the three descriptors as 0, 1 and 2 and no others; default
 * handlers (a signal that is ignored stays so: nohup relies on it) and no
 * signal blocked.  When the thread that started it dies, it gets SIGTERM.
 */
#ifndef TL_EXEC_H
#define TL_EXEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "tidelock.h"

struct tl_exec {
    char *const *arguments;   /* the program first; ended by NULL */
    char *const *environment; /* ended by NULL; NULL: this process's */
    const char *folder;       /* to start in; NULL: this process's */
    int descriptors[3];
    pid_t joins; /* a process group to join; 0: this process's */
    bool group;  /* in a process group of its own, which has its pid */
};

/* A program without a slash is looked for in the PATH of this process.
 * TL_OK, or TL_SYSTEM with errno; *step: what could not be done. */
int tl_exec(const struct tl_exec *spawn, pid_t *pid,
            enum tl_command_step *step);

#endif
