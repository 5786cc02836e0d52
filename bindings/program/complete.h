/*
 * Complete: tab completion of globals, fields and methods, for readline.
 *
 * The fields of the global `ipc` complete `ipc.qu`, and the methods of `q`
 * complete `q:p`: what raw look-ups find in a value and along its __index
 * tables.  No code of the user is called.
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <lua.h>

/* Makes readline complete by what this state holds. */
void complete_open(lua_State *L);

#endif
