/*
 * Terminal: what the REPL's Lua part (bindings/repl/) is given of the world
 * around it.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

#include <lua.h>

/* Pushes a table: columns(), the width; colour, whether it shows colours;
 * seed(), of the simulation, or nil; traced(), the file of a recording that
 * goes on, or nil; list(folder), the names in it; folder, where the program
 * lies; program, its path; quit(), after which terminal_has_quit is true;
 * alone(f), which calls f while no output of a child is shown. */
void terminal_push(lua_State *L);

bool terminal_has_quit(void);

#endif
