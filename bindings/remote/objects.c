/*
 * Far objects: userdata whose uservalue is the record, a Lua table; the first
 * item of that is what travels.  See far/door.h.
 */
#include <lauxlib.h>

#include "lua/compat.h"
#include "far/door.h"
#include "remote/remote.h"

static char class_key; /* in a metatable: true */

/* object(metatable, record): the userdata. */
static int new_object(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_newuserdatauv(L, sizeof(void *), 1);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, 1);
    lua_setmetatable(L, -2);
    return 1;
}

/* record(value): that of a far object; nil for anything else. */
static int record(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (lua_type(L, 1) != LUA_TUSERDATA || !lua_getmetatable(L, 1))
        return 0;
    lua_rawgetp(L, -1, &class_key);
    if (!lua_toboolean(L, -1))
        return 0;
    lua_getiuservalue(L, 1, 1);
    return 1;
}

/* class(kind, metatable): objects with it are far objects. */
static int class(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    lua_pushboolean(L, 1);
    lua_rawsetp(L, 2, &class_key);
    remote_core->mark(L);
    return 0;
}

/* Upvalue: the function. */
static int call_function(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return remote_collector_call(L);
}

static int call(lua_State *L)
{
    return remote_core->is_recorded()
               ? remote_core->call_recorded(L, call_function)
               : call_function(L);
}

/* method(fn): the same as a C function: a tail call of it leaves the script's
 * function on the stack, whose line errors and reports name. */
static int method(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_pushcclosure(L, call, 1);
    return 1;
}

static const luaL_Reg functions[] = {{"object", new_object},
                                     {"record", record},
                                     {"class", class},
                                     {"method", method},
                                     {"script", remote_collector_script},
                                     {NULL, NULL}};

void remote_objects_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
