/*
 * Await: how the REPL waits for a key: as a task of the program that waits for
 * anything does.  So meanwhile deaths are settled, callbacks run, and pools are
 * mended; and somebody may look in each time that it wakes.
 */
#ifndef AWAIT_H
#define AWAIT_H

#include <stdbool.h>

/* What else is to be done while it waits. */
struct await_guest {
    void (*look)(void);    /* each time that it wakes; NULL: nothing */
    int fd;                /* readable: wakes it; -1: none */
    void (*signals)(void); /* after a signal; NULL: nothing */
    bool (*expects)(void); /* it is to look at least every tenth of a second:
                              what it looks for may wake nobody, as the end of a
                              child that nobody joins; NULL: never */
};

/* Waits until there is something to read on standard input; false: Ctrl-C came
 * first. */
bool await_key(const struct await_guest *guest);

#endif
