/*
 * Fields: sets fields of the table on top of the stack.
 */
#ifndef TL_FIELDS_H
#define TL_FIELDS_H

#include <stdbool.h>

#include <lua.h>

static inline void field_integer(lua_State *L, const char *name,
                                 lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static inline void field_number(lua_State *L, const char *name,
                                lua_Number value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

/* NULL: nil. */
static inline void field_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static inline void field_boolean(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

#endif
