/*
 * Share: where the files lie that come along with the program.
 *
 * They are below PREFIX/share/tidelock, where the program is PREFIX/bin/NAME;
 * for a program that lies where it was built, BUILD/VERSION/NAME, they are in
 * the source tree.  A name is the same in both: "scripts/labs".
 */
#ifndef SHARE_H
#define SHARE_H

#include <lua.h>

/* Pushes a function: find(name) is the whole path, or nil and where it was
 * looked for.  `require "labs.share"`. */
int share_open_library(lua_State *L);

#endif
