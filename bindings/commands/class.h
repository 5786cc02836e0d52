/*
 * Class: what the metatables of commands and of their streams have in common.
 */
#ifndef TL_COMMAND_CLASS_H
#define TL_COMMAND_CLASS_H

#include <lauxlib.h>
#include <lua.h>

/* Makes the metatable "tidelock.X" of what scripts know as X.  `index` becomes
 * its __index, with the table of methods as upvalue. */
void command_class(lua_State *L, const char *name, const luaL_Reg *methods,
                   lua_CFunction index, const luaL_Reg *metamethods);

/* Raise for the name at 2: it is none of the methods and fields (`fields`: such
 * as ", pid, name"); or it cannot be set. */
int command_no_field(lua_State *L, const char *title, const luaL_Reg *methods,
                     const char *fields);
int command_no_setting(lua_State *L, const char *title);

#endif
