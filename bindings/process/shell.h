/*
 * Shell: io.popen and os.execute, as in stock Lua.
 *
 * Those of the C library have locks that a fork copies as they are (see
 * libc_lock.h), and popen's is taken at the close, which waits for the command:
 * a gate around it would hold up forks as long.  These have no such lock.
 */
#ifndef TL_SHELL_H
#define TL_SHELL_H

#include <lua.h>

/* Replaces both functions of the state. */
void shell_open(lua_State *L);

#endif
