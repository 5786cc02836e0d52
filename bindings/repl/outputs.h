/*
 * Outputs: what the children of an interactive session write, each into a
 * pseudo-terminal of its own.  Whole lines of it, with the child's name before
 * them, are shown above the line that is being edited; while a chunk runs, a
 * thread shows them at once.  A child that has ended in the middle of a line
 * gets it ended.
 *
 * Limits: a line is shown when it ends, or is longer than 64 KiB.  Where there
 * are more than 200 children at a time, the others write to the terminal.  What
 * a child of a child writes has the name of that child's parent.
 */
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>

/* `labels`: names are put before lines; `colour`: names have colours. */
void outputs_open(bool labels, bool colour);

/* Opens one: the end for the child, or -1.  The list stays locked until
 * outputs_started, so that a fork finds it whole; that closes the end. */
int outputs_new(const char *name);
void outputs_started(int output);

/* In the child: `output` becomes standard output and error, and the other ends
 * are closed. */
void outputs_take_over(int output);

/* A descriptor that is readable when there is something to show, -1 for none.
 * Between `hold` and `release` nothing is shown but by `show`: what comes
 * meanwhile is kept, up to a MiB, and then the children wait; between
 * `keep_all` and `keep_some`, in which nobody shows it, they do not. */
int outputs_fd(void);
void outputs_hold(void);
void outputs_keep_all(void);
void outputs_keep_some(void);
void outputs_show(void (*show)(const char *text, size_t size));
void outputs_release(void);

bool outputs_are_held(void);

/* Takes what the children have written by now, so that what is said behind it
 * is shown behind it. */
void outputs_gather(void);

/* Shows lines of the session's own as outputs of children are shown; `name`:
 * what to put before them, or NULL. */
void outputs_say(const char *name, const char *text, size_t size);

#endif
