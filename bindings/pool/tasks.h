/*
 * Tasks: the methods that submit a task or a list of items and return a future,
 * or wait for one task; and the callbacks given with them.
 */
#ifndef TL_POOL_TASKS_H
#define TL_POOL_TASKS_H

#include <lua.h>

int pool_submit_task(lua_State *L);
int pool_try_submit(lua_State *L);
int pool_apply(lua_State *L);
int pool_apply_async(lua_State *L);
int pool_map_async(lua_State *L);

#endif
