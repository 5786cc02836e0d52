/*
 * Module: `require "tidelock"`.
 */
#ifndef TL_MODULE_H
#define TL_MODULE_H

#include <stddef.h>

#include <lua.h>

/* Makes the program's shared memory, where it is the first, and pushes the
 * table of the API.  Replaces print (a line is written whole), os.exit (a task
 * ends in order) and what a fork must not cut in two (libc_lock.h), and makes
 * the end of the main script wait for its children. */
int luaopen_tidelock(lua_State *L);

/* For the program, whose script may do without the module: io.write loses
 * nothing, nor print where the standard output is not to block; and what is
 * lost is told at the end. */
void module_open_streams(lua_State *L);

/* Whole lines of print go to the writer; NULL: to the standard output. */
void module_set_print(void (*writer)(const char *line, size_t size));

#endif
