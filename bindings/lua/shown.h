/*
 * Shown: a value, or what it is, in the words of an error.
 */
#ifndef TL_SHOWN_H
#define TL_SHOWN_H

#include <stdbool.h>

#include <lauxlib.h>
#include <lua.h>

/* What the value at index is called: `rlock`, `number`; pushes something. */
const char *shown_type(lua_State *L, int index);

/* The same in a sentence: `an rlock`, `a Lua table`, `nil`; pushes something.
 */
const char *shown_a_type(lua_State *L, int index);

/* Whether the name of a kind might mean something of Lua's own. */
bool shown_is_ambiguous(const char *kind);

/* As tostring, but cut where it is long, and its type where __tostring raises;
 * pushes it. */
const char *shown_text(lua_State *L, int index);

/* The value at index, told from others: `2`, `"2"`, `nil`; pushes something. */
const char *shown(lua_State *L, int index);

/* Adds "acquire, release, with". */
void shown_add_methods(luaL_Buffer *buffer, const luaL_Reg *methods);

#endif
