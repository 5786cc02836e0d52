/*
 * Inspect: tidelock ls and rm, which look into spaces from another terminal.
 */
#ifndef TL_INSPECT_H
#define TL_INSPECT_H

#include <stdbool.h>

/* Whether the word is the name of a tool. */
bool inspect_has(const char *word);

/* Runs it, with its name as the first argument; the exit status.  Behind `--` a
 * space may begin with "-". */
int inspect_run(int count, char **arguments);

#endif
