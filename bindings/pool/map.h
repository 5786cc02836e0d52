/*
 * Map: pool:map and starmap, which return all results as one list.
 */
#ifndef TL_POOL_MAP_H
#define TL_POOL_MAP_H

#include <lua.h>

int pool_map(lua_State *L);
int pool_starmap(lua_State *L);

#endif
