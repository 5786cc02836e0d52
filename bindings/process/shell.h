/*
 * Shell: io.popen and os.execute, with the behaviour of stock Lua.
 *
 * Those of the C library have locks that a fork copies as they are (see
 * libc_lock.h). popen's is taken at the close, which waits for the command, so
 * a lock of ours around it would hold up forks as long.  These two need no such
 * lock.
 */
#ifndef TL_SHELL_H
#define TL_SHELL_H

#include <lua.h>

/* Replaces both functions in the state. */
void shell_open(lua_State *L);

#endif
