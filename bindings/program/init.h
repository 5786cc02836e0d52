/*
 * Init: what the program does as PID 1, of a container.
 *
 * The kernel gives every orphan to PID 1, which has to reap it, and keeps from
 * PID 1 each signal that it has no handler for.  So the process that is PID 1
 * forks before anything else, and its child runs the script.  It only reaps,
 * passes signals on, and ends as its child ends.  It does not need the script
 * to make any call.  Nor does it take the status of one of the script's own
 * children, whoever started that (io.popen, a C library): those are the
 * script's, and the orphans are not.
 *
 * Limits: the script's pid is not 1.  In an interpreter that is PID 1, the
 * module does nothing of this.
 */
#ifndef INIT_H
#define INIT_H

/* To be called before the program does anything.  Returns in the process that
 * is to run the script.
 */
void init_begin(void);

#endif
