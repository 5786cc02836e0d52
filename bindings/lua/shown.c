#include "lua/shown.h"

#include <stdbool.h>
#include <string.h>

const char *shown_type(lua_State *L, int index)
{
    int type = lua_type(L, index);
    bool own = type == LUA_TUSERDATA || type == LUA_TTABLE; /* a space */
    if (own && luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tostring(L, -1);
    if (type == LUA_TTHREAD)
        return "coroutine"; /* a thread is an object */
    return lua_typename(L, type);
}

/* Lua has tables and values too. */
bool shown_is_ambiguous(const char *kind)
{
    return strcmp(kind, "table") == 0 || strcmp(kind, "value") == 0;
}

static bool is_object(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TUSERDATA;
}

const char *shown_a_type(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    const char *type = shown_type(L, index);
    if (lua_isnoneornil(L, index))
        return "nil";
    if (is_object(L, index) && shown_is_ambiguous(type))
        return lua_pushfstring(L, "a shared %s", type);
    bool vowel = strchr("aeio", *type) != NULL; /* not "userdata" */
    return lua_pushfstring(L, "%s %s",
                           vowel || strncmp(type, "rl", 2) == 0 ||
                                   strncmp(type, "rw", 2) == 0
                               ? "an"
                               : "a",
                           type);
}

const char *shown(lua_State *L, int index)
{
    if (lua_isnone(L, index))
        return "nil";
    if (lua_type(L, index) == LUA_TSTRING)
        return lua_pushfstring(L, "\"%s\"", lua_tostring(L, index));
    return luaL_tolstring(L, index, NULL);
}

void shown_add_methods(luaL_Buffer *buffer, const luaL_Reg *methods)
{
    for (const luaL_Reg *method = methods; method->name; method++) {
        luaL_addstring(buffer, method == methods ? "" : ", ");
        luaL_addstring(buffer, method->name);
    }
}
