/*
 * Chunk: how the program calls what it has loaded, and tells what came of it.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include <lua.h>

/* lua_pcall with a traceback added to the error, while Ctrl-C is heard.
 * Does not return when Ctrl-C ends the program. */
int chunk_call(lua_State *L, int arguments, int results);

/* Pops the error that a status other than LUA_OK left and writes it to stderr
 * as one block.  Returns the status. */
int chunk_report(lua_State *L, int status);

#endif
