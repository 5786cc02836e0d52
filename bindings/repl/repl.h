/*
 * Repl: reads Lua, runs it, and prints what it returns, until the input ends.
 *
 * An expression needs no `return`; a chunk may take several lines.  The module
 * is there as the global `ipc`.  Where no task can ever go on, the chunk raises
 * and the REPL goes on; so it does after Ctrl-C.
 */
#ifndef REPL_H
#define REPL_H

#include <stdbool.h>

#include <lua.h>

void repl_run(lua_State *L);

/* The same in the middle of a task, whatever it is of the program; what it
 * starts is the program's.  At index 1 is what is told first, at 2 the prompt.
 */
void repl_run_here(lua_State *L);

/* Whether this task runs a chunk of one of them. */
bool repl_is_open(void);

#endif
