/*
 * Module: `require "tidelock"`.
 */
#ifndef TL_MODULE_H
#define TL_MODULE_H

#include <stddef.h>

#include <lua.h>

/* Makes the program's shared memory, where no task has before, and pushes the
 * table of the API.  Replaces print (it writes a line whole), os.exit (it ends
 * a task in order), and what a fork must not cut in two (libc_lock.h).  Makes
 * the end of the main script wait for its children. */
int luaopen_tidelock(lua_State *L);

/* The same without shared memory: tl_init is still to be called, before the
 * script calls anything of it. */
int module_open(lua_State *L);

/* For the program, whose script may never load the module: nothing that
 * io.write or print writes is lost, even where standard output does not block;
 * or the end tells that it was. */
void module_open_streams(lua_State *L);

/* Gives whole lines of print to the writer; NULL: to standard output. */
void module_set_print(void (*writer)(const char *line, size_t size));

#endif
