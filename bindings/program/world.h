/*
 * World: what is explored where a lab is checked: no script, but a module of
 * the program (judge/world.lua), which the checker names instead of a script.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>

#include <lua.h>

/* Whether the name of the script means it, in a program that is explored. */
bool world_is(const char *name);

/* Loads it with these arguments, and runs the function that it returns in each
 * schedule.  False: an error came, and was told. */
bool world_run(lua_State *L, int count, char **arguments);

#endif
