/*
 * Repl: reads Lua, runs it, and prints what it returns, until the input ends.
 *
 * An expression needs no `return`; a chunk may take several lines.  The module
 * is there as the global `ipc`.  Where no task can ever go on, the chunk raises
 * and the REPL goes on; so it does after Ctrl-C.
 */
#ifndef REPL_H
#define REPL_H

#include <lua.h>

void repl_run(lua_State *L);

#endif
