/*
 * Chance: what a script takes for random, drawn by the seed of its task:
 * math.random, also before any math.randomseed; math.randomseed without
 * arguments; and the names of os.tmpname.
 *
 * Limits: os.tmpname passes over names of files that exist, such as an earlier
 * run has left: with them, the names are other ones, and the steps the same.
 */
#ifndef TL_CHANCE_H
#define TL_CHANCE_H

#include <lua.h>

void chance_open(lua_State *L);

#endif
