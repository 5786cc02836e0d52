#include "codec/classes.h"

#include <stdbool.h>

static char registered_key;
static char refused_key; /* table: name -> why it is not registered here */
static char copies_key;  /* weak table: copy -> name */

/* Replaces the key at the top by what the table has for it, or nil. */
static void look_up(lua_State *L, const void *table)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, table) == LUA_TTABLE) {
        lua_insert(L, -2);
        lua_rawget(L, -2);
        lua_remove(L, -2);
    } else {
        lua_remove(L, -2);
    }
}

const char *classes_name(lua_State *L)
{
    lua_pushvalue(L, -1);
    look_up(L, &registered_key);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        look_up(L, &copies_key);
    } else {
        lua_remove(L, -2);
    }
    return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

bool classes_is_foreign(lua_State *L, int index)
{
    if (!lua_istable(L, index) || !lua_getmetatable(L, index))
        return false;
    bool foreign = classes_name(L) == NULL;
    lua_pop(L, 1);
    return foreign;
}

void classes_copy(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &copies_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "k");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &copies_key);
    }
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -4);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

void classes_metatable(lua_State *L)
{
    look_up(L, &registered_key);
}

void classes_refuse(lua_State *L)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, &refused_key);
}

const char *classes_reason(lua_State *L)
{
    look_up(L, &refused_key);
    return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

void classes_all(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registered_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
}

/* Removes the entry of the value at `index`, and the one that leads back. */
static void forget(lua_State *L, int map, int index)
{
    lua_pushvalue(L, index);
    if (lua_rawget(L, map) != LUA_TNIL) {
        lua_pushnil(L);
        lua_rawset(L, map);
        lua_pushvalue(L, index);
        lua_pushnil(L);
        lua_rawset(L, map);
    } else {
        lua_pop(L, 1);
    }
}

void classes_add(lua_State *L, int name_index, int mt_index)
{
    int name = lua_absindex(L, name_index);
    int metatable = lua_absindex(L, mt_index);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registered_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &registered_key);
    }
    int map = lua_gettop(L);
    forget(L, map, name);
    forget(L, map, metatable);
    lua_pushvalue(L, name);
    lua_pushvalue(L, metatable);
    lua_rawset(L, map);
    lua_pushvalue(L, metatable);
    lua_pushvalue(L, name);
    lua_rawset(L, map);
    lua_pop(L, 1);
}
