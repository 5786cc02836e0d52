/*
 * Init: what the program is as PID 1, of a container.
 *
 * The kernel gives PID 1 every orphan to reap, and keeps from it each signal
 * that it has no handler for.  So the process that is PID 1 forks before
 * anything else and does only this: it reaps, passes signals on, and ends as
 * its child ends, which runs the script.  No status of the script's own
 * children can be lost to it, whoever started them (io.popen, a C library):
 * they are not its children, and orphans are not the script's.  It does not
 * wait for the script to make a call either.
 *
 * Limits: the script's pid is not 1.  The module, in an interpreter that is
 * PID 1, does nothing of this.
 */
#ifndef INIT_H
#define INIT_H

#include <stdbool.h>

/* First of all.  Returns in the process that is to run the script. */
void init_begin(void);

/* Whether this process runs the script for a PID 1 of ours. */
bool init_is_there(void);

#endif
