/*
 * Label: `--label` puts the time since the start, in seconds, and the name of
 * the task before each line of standard output.
 *
 * Both ways out are covered: print hands its lines over by way of
 * module_set_print, and the C stream `stdout` becomes one that labels, so that
 * io.write, io.stdout and C modules need nothing of their own.
 *
 * Limits: `stdout` has no file descriptor then, so luaposix's fileno of it
 * fails; what a script writes to descriptor 1 directly is not labelled.
 */
#ifndef LABEL_H
#define LABEL_H

/* Before the Lua libraries are opened, which keep `stdout`.  0, or -1 where
 * there is no memory. */
int label_start(void);

#endif
