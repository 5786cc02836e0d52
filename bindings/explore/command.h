/*
 * Command: `tidelock explore` and `tidelock replay`.
 *
 * They run in a plain Lua state, in the real world: the module explore.main is
 * a function that is called with the word and the arguments behind it, and
 * returns the exit status.  Where the environment variable TIDELOCK_EXPLORER
 * names a file, that one is called instead: an explorer of one's own.
 */
#ifndef EXPLORE_COMMAND_H
#define EXPLORE_COMMAND_H

#include <stdbool.h>

/* Whether the word is one of the two. */
bool command_explores(const char *word);

/* The arguments of the whole program; arguments[1] is such a word.  The exit
 * status. */
int command_explore(int count, char **arguments);

#endif
