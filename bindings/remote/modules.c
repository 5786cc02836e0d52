/*
 * The Lua of tidelock_remote: modules whose texts are part of the library.
 *
 * They have a `require` of their own, as an upvalue _ENV whose __index is the
 * table of globals.  So a script's own remote/queue.lua is not theirs, nor is
 * theirs the script's.
 */
#include <lauxlib.h>

#include "embedded/rows.h"
#include "remote/remote.h"

static char modules_key; /* registry: what was loaded, by name */
static char require_key; /* registry: the function */
static char globals_key; /* registry: the _ENV of all of them */

/* Pushes the module as a function, with its own _ENV. */
static void load(lua_State *L, const struct embedded_row *row)
{
    embedded_row_load(L, row);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &globals_key);
    lua_setupvalue(L, -2, 1);
}

static int private_require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        return 1;
    const struct embedded_row *row = embedded_row_find(name);
    if (!row) {
        lua_getglobal(L, "require");
        lua_pushvalue(L, 1);
        lua_call(L, 1, 1);
        return 1;
    }
    load(L, row);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, 2, name);
    return 1;
}

/* Pushes the module's own require. */
static void push_require(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &require_key);
}

void remote_modules_add(lua_State *L, const char *name)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

/* read(name): the text of a file of the engine. */
static int read_engine(lua_State *L)
{
    lua_pushfstring(L, "engine.%s", luaL_checkstring(L, 1));
    const struct embedded_row *row = embedded_row_find(lua_tostring(L, -1));
    if (!row)
        return luaL_error(L, "no part of the engine: %s", lua_tostring(L, 1));
    lua_pushlstring(L, row->text, (size_t)(row->end - row->text));
    return 1;
}

void remote_modules_push_library(lua_State *L)
{
    push_require(L);
    lua_pushliteral(L, "engine.joined");
    lua_call(L, 1, 1);
    lua_pushcfunction(L, read_engine);
    lua_call(L, 1, 1);
}

/* Into the table at the top: for the program's commands, and specs. */
void remote_modules_offer(lua_State *L)
{
    push_require(L);
    lua_setfield(L, -2, "require");
}

/* Pushes module.name of one of the Lua modules. */
static void push_function(lua_State *L, const char *module, const char *name)
{
    push_require(L);
    lua_pushstring(L, module);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

/* Calls module.name with all arguments. */
int remote_modules_call(lua_State *L, const char *module, const char *name)
{
    push_function(L, module, name);
    lua_insert(L, 1);
    return remote_collector_call(L);
}

void remote_modules_open(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
    lua_pushcfunction(L, private_require);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &require_key);
    lua_newtable(L);
    push_require(L);
    lua_setfield(L, -2, "require");
    lua_newtable(L);
    lua_pushglobaltable(L);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &globals_key);
}
