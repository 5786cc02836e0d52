/*
 * Mark: how far objects are told from other userdata, for the codec; and their
 * Lua from a script's.
 */
#ifndef TL_MARK_H
#define TL_MARK_H

#include <stdbool.h>

#include <lua.h>

/* The metatable at the top becomes that of far objects. */
void door_mark(lua_State *L);

/* Whether the value is a far object; never raises. */
bool door_is_far(lua_State *L, int index);

/* Whether the frame, read with "S", is of the module for far objects, which is
 * written in Lua, too. */
bool door_is_ours(const lua_Debug *frame);

/* Whether what runs is of that module: it, or C that it has called. */
bool door_is_amid(lua_State *L);

/* Replaces the record at the top by its object; set once. */
extern void (*door_arrive)(lua_State *L);

/* The space that values may refer to which are about to be encoded, by its id;
 * NULL: any, within the program. */
extern _Thread_local const char *door_space;

#endif
