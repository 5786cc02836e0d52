/*
 * Children: what an interactive session has started: processes and commands in
 * a group of their own (keeper.h), whose output is shown line by line
 * (outputs.h), and whose ends are told once, as a shell tells those of jobs:
 *
 *     [2] buyer-2 (pid 4711) was killed by signal 9
 *
 * Limits: no end is told of what a thread or a child starts, nor of a command
 * that was collected.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <stdbool.h>
#include <stddef.h>

/* From now on; `labels`: names are put before lines of output, which may be
 * coloured.  Without it, children are as those of a script. */
void children_open(bool labels, bool colour);

/* Tells of those that have ended since. */
void children_tell(void);

/* Whether there are such whose end is still to be told. */
bool children_are_known(void);

/* How many live that the end of the program would wait for. */
struct children_alive {
    size_t processes; /* commands, too */
    size_t threads;
};
struct children_alive children_alive(void);

/* Ends all processes and commands. */
void children_end(void);

#endif
