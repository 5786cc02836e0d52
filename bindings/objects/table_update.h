/*
 * Table update: the methods that read and write a key of a table in one.
 */
#ifndef TL_TABLE_UPDATE_H
#define TL_TABLE_UPDATE_H

#include <lua.h>

int table_update_add(lua_State *L);
int table_update(lua_State *L);

#endif
