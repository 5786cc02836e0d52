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

#include <stdint.h>

#include <lua.h>

void chance_open(lua_State *L);

/* Gives math.random its first seed: where tl_init has been called. */
void chance_seed(lua_State *L);

/* Has os.tmpname draw other names than those of another rank. */
void chance_rank(uint32_t rank);

#endif
