/*
 * Chunk: how the program calls a chunk that it has loaded, and reports an error
 * of it.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include <lua.h>
#include <stdbool.h>

/* Pushes the text of an error that is none; false: pushes nothing. */
typedef bool chunk_describe(lua_State *L, int index);

/* How those are told from now on: without it only their type is. */
void chunk_describe_by(chunk_describe *describe);

/* lua_pcall that adds a traceback to the error, and answers Ctrl-C.  Does not
 * return when Ctrl-C ends the program. */
int chunk_call(lua_State *L, int arguments, int results);

/* For a status other than LUA_OK: pops the error, and writes it to stderr in
 * one piece.  Returns the status. */
int chunk_report(lua_State *L, int status);

#endif
