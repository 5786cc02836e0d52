/*
 * Session: the part of the REPL that is written in Lua (bindings/repl/), for
 * the part that is not.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

#include <lua.h>

/* Loads it into the state; false: it failed, which was told. */
bool session_open(lua_State *L);

/* Calls one of its functions with the values on top.  False: it raised, which
 * was told. */
bool session_call(lua_State *L, const char *name, int arguments, int results);

/* The same while a line is edited: nothing is told. */
bool session_ask(lua_State *L, const char *name, int arguments, int results);

/* How many blanks the last line of a chunk that is typed begins with too many.
 */
int session_surplus(lua_State *L, const char *text);

/* What Enter adds to a chunk whose end is missing, to be freed; NULL: nothing
 * is missing.  What is `pasted` has its own indentation. */
char *session_next_line(lua_State *L, const char *text, bool pasted);

#endif
