/*
 * Command class: what the metatables of commands and of their streams have
 * alike.
 */
#ifndef TL_COMMAND_CLASS_H
#define TL_COMMAND_CLASS_H

#include <lauxlib.h>
#include <lua.h>

/* Makes the metatable "tidelock.X" of what scripts know as X.  The upvalue of
 * `index` is the table of methods. */
void command_class(lua_State *L, const char *name, const luaL_Reg *methods,
                   lua_CFunction index, const luaL_Reg *metamethods);

/* Raises for the name at 2, which is not among the methods and fields (such as
 * ", pid, name"), or cannot be set. */
int command_no_field(lua_State *L, const char *title, const luaL_Reg *methods,
                     const char *fields);
int command_no_setting(lua_State *L, const char *title);

#endif
