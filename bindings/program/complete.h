/*
 * Complete: tab completion of globals, fields and methods for readline.
 *
 * `ipc.qu` is completed by the fields of the global `ipc`, `q:p` by the methods
 * of `q`: what raw look-ups find in a value and along its __index tables.
 * Nothing of the user's is called.
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <lua.h>

/* Makes readline complete by what is in the state. */
void complete_open(lua_State *L);

#endif
