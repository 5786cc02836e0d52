/*
 * Signal names: those that a script can hear, and why not the others.
 */
#ifndef TL_SIGNAL_NAMES_H
#define TL_SIGNAL_NAMES_H

#include <lua.h>

/* "TERM"; of a number that signal_names_check has returned. */
const char *signal_names_of(int number);

/* The signal of the name in argument 1, with or without SIG.  Raises where a
 * script cannot have it. */
int signal_names_check(lua_State *L, const char *call);

#endif
