/*
 * Embedded: Lua modules that are a part of the program: the text of
 * bindings/explore/search/races.lua is `require "explore.search.races"`.
 *
 * Each .lua file of such a folder becomes an object file (embed.S) with its
 * text and a row of a table.  A text is parsed where it is required.  What
 * LUA_PATH has does not matter.
 */
#ifndef EMBEDDED_H
#define EMBEDDED_H

#include <lua.h>

/* Has `require` of this state look among the embedded modules first, after
 * package.preload. */
void embedded_open(lua_State *L);

/* Pushes the module's text as a function; raises. */
void embedded_load(lua_State *L, const char *name);

#endif
