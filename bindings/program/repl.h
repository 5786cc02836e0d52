/*
 * Repl: reads Lua, runs it, prints what it returns, until end of file.
 *
 * An expression needs no `return`; a chunk goes on over as many lines as it
 * takes.  The module is there as the global `ipc`.  Where all tasks are stuck
 * the chunk raises and the REPL goes on; so it does after Ctrl-C.
 */
#ifndef REPL_H
#define REPL_H

#include <lua.h>

void repl_run(lua_State *L);

#endif
