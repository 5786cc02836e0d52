/*
 * Label: `--label` puts the time since the start, in seconds, and the name of
 * the task before each line of standard output.
 *
 * It labels both ways out. print hands its lines over through module_set_print.
 * For io.write, io.stdout and C modules, the C stream `stdout` becomes another
 * one that labels.
 *
 * Limits: that `stdout` has no file descriptor, so luaposix's fileno of it
 * fails; and what a script writes to descriptor 1 directly gets no label.
 */
#ifndef LABEL_H
#define LABEL_H

/* To be called before the Lua libraries are opened, since they keep `stdout`.
 * 0, or -1 where there is no memory. */
int label_start(void);

#endif
