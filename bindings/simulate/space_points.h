/*
 * Space points: the file of a space is kept before ipc.open opens it, where
 * files are (file_points.h).
 */
#ifndef TL_SPACE_POINTS_H
#define TL_SPACE_POINTS_H

#include <lua.h>

void space_points_open(lua_State *L);

#endif
