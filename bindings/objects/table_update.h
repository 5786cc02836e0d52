/*
 * Table update: the methods that read a key of a table and write it in one
 * step.
 */
#ifndef TL_TABLE_UPDATE_H
#define TL_TABLE_UPDATE_H

#include <lua.h>

int table_update_add(lua_State *L);
int table_update(lua_State *L);

#endif
