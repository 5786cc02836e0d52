/*
 * Program: what the parts of the `tidelock` executable share.
 *
 * The executable is Lua's own interpreter with the module built in: the same
 * options, `arg`, error messages and exit statuses as `lua`, and on top the
 * REPL, labels on output, and an end by Ctrl-C that takes all tasks along.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <lua.h>

/* lua_pcall with a traceback added to the error, while Ctrl-C is heard.
 * Does not return when Ctrl-C ends the program. */
int program_call(lua_State *L, int arguments, int results);

/* Pops the error that a status other than LUA_OK left and writes it to stderr
 * as one block.  Returns the status. */
int program_report(lua_State *L, int status);

#endif
