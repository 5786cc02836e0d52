/*
 * Stop here: ipc.repl(), a prompt within a task.
 *
 * The module has the function, the program what it does: a script that is run
 * by another Lua is told so.
 */
#ifndef STOP_HERE_H
#define STOP_HERE_H

#include <lua.h>

/* Serves a prompt for the function that has called ipc.repl; raises where it
 * cannot.  NULL: this is no program of ours.  Set once, before any task. */
extern void (*stop_here_serve)(lua_State *L);

#endif
