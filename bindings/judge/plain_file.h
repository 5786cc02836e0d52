/*
 * Plain file: the whole text of a file that somebody hands in, which need not
 * be one: a pipe, a device or a folder is told, and never waited for.
 */
#ifndef PLAIN_FILE_H
#define PLAIN_FILE_H

#include <lua.h>

#define PLAIN_FILE_MOST (1 << 20) /* bytes */

/* Pushes the text, or nil and why; how many values. */
int plain_file_push(lua_State *L, const char *path);

/* Pushes the module: a function of the path, with those results. */
int plain_file_open_library(lua_State *L);

#endif
