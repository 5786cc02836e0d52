/*
 * Raw mode: the terminal gives each key at once and shows nothing by itself.
 *
 * However the process ends, the terminal is as it was before: at exit, at a
 * signal that ends the process, and while it is stopped by Ctrl-Z; only after a
 * SIGKILL nobody restores it (`reset` does).  A fork that still has the
 * handlers leaves the terminal alone.
 */
#ifndef RAW_MODE_H
#define RAW_MODE_H

#include <stdbool.h>
#include <stddef.h>

/* Standard input and output must be a terminal; false: errno says why not.
 * `alternate`: on a screen of its own, so that what was there comes back. */
bool raw_mode_start(bool alternate);

/* Twice is harmless. */
void raw_mode_stop(void);

/* Leaves the terminal to the shell, as Ctrl-Z does, until it gives it back. */
void raw_mode_suspend(void);

/* Readable when the size has changed, or the terminal came back; -1: not on. */
int raw_mode_changes(void);

/* Whether one of those happened since the last call. */
bool raw_mode_has_changed(void);

/* Writes all of it to the terminal; false: it is closed. */
bool raw_mode_write(const char *text, size_t size);

#endif
