/*
 * Foster: what an interactive session does for each process and command that
 * this process starts: it joins a process group of its own, so that Ctrl-C at
 * the terminal does not reach it, and gets an output of its own.  What these
 * start in turn inherits both.  In an ordinary program there is nothing of it.
 */
#ifndef TL_FOSTER_H
#define TL_FOSTER_H

#include <sys/types.h>

#include "tidelock.h"

struct foster {
    pid_t group;
    /* Before the start, in whichever thread: what the child is to have as
     * standard output and error; -1: what this process has.  `started` follows
     * in any case, in the same thread. */
    int (*prepare)(const char *name);
    /* In the child, a process of ours. */
    void (*begin)(int output);
    /* In the parent; NULL: it is a command, or did not start. */
    void (*started)(const struct tl_handle *process, int output);
};

#define FOSTER_NONE (-2) /* nothing was opened */

/* NULL: no such session, or this is a child of it. */
extern const struct foster *foster;

/* The two ends of a start.  What is between them raises nothing. */
int foster_open(const struct tl_handle *process);
void foster_started(const struct tl_handle *process, int output);

/* In a new child, first. */
void foster_begin(int output);

/* What a command that is about to start is to have; returns the output. */
int foster_command(struct tl_command_options *options);

#endif
