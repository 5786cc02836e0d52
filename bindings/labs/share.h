/*
 * Share: where the files lie that come along with the program.
 *
 * They are below PREFIX/share/tidelock, where the program is PREFIX/bin/NAME;
 * for a program that lies where it was built, BUILD/VERSION/NAME, they are in
 * the source tree.  A name is the same in both: "scripts/labs".
 */
#ifndef SHARE_H
#define SHARE_H

#include <stdbool.h>

#include <lua.h>

/* Puts the whole path into `path`, of PATH_MAX bytes; false: there is none. */
bool share_find(const char *name, char *path);

/* Pushes a function: find(name) is the whole path, or nil and where it was
 * looked for.  `require "labs.share"`. */
int share_open_library(lua_State *L);

#endif
