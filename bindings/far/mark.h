/*
 * Mark: how far objects are told from other userdata, for the codec.
 */
#ifndef TL_MARK_H
#define TL_MARK_H

#include <stdbool.h>

#include <lua.h>

/* The metatable at the top becomes that of far objects. */
void door_mark(lua_State *L);

/* Whether the value is a far object; never raises. */
bool door_is_far(lua_State *L, int index);

/* Replaces the record at the top by its object; set once. */
extern void (*door_arrive)(lua_State *L);

/* The space that values may refer to which are about to be encoded, by its id;
 * NULL: any, within the program. */
extern _Thread_local const char *door_space;

#endif
