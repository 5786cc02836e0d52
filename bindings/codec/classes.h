/*
 * Classes: the metatables that scripts have registered, and that travel by
 * name.  One Lua table in the registry leads from the name to the metatable and
 * back.
 *
 * A function that uses a registered metatable arrives with a copy of it, and
 * may make tables of that class.  So a copy has the name too, as long as anyone
 * has the copy (a table with weak keys).
 */
#ifndef TL_CLASSES_H
#define TL_CLASSES_H

#include <stdbool.h>

#include <lua.h>

/* Lets tables with the metatable at mt_index travel under the string at
 * name_index.  What stood under either of them before is forgotten. */
void classes_add(lua_State *L, int name_index, int mt_index);

/* Whether the value is a table with a metatable that is not registered. */
bool classes_is_foreign(lua_State *L, int index);

/* Replaces the metatable on top of the stack by its name, and returns that;
 * NULL where it is not registered.  Needs three free slots, never raises. */
const char *classes_name(lua_State *L);

/* The table at the top says of names, which are registered elsewhere, why they
 * are not here; it is taken. */
void classes_refuse(lua_State *L);

/* Replaces the name on top of the stack by why it is not registered, and
 * returns that; NULL: nothing is known. */
const char *classes_reason(lua_State *L);

/* Pushes the table, from names to metatables and back; an empty one where
 * nothing is registered. */
void classes_all(lua_State *L);

/* The table on top of the stack is a copy of the class whose name is below. */
void classes_copy(lua_State *L);

/* Replaces the name on top of the stack by its metatable, or by nil. */
void classes_metatable(lua_State *L);

#endif
