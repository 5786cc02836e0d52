#include "lua/calls.h"

#include <string.h>

#include <lauxlib.h>

#include "lua/userdata.h"

/* One a process: those who ask for it are never both there. */
static calls_wrapper *wrapper;

/* The function at the top. */
static void wrap(lua_State *L, const char *name, enum calls_form form)
{
    if (lua_iscfunction(L, -1))
        wrapper(L, name, form);
}

int calls_push_upvalues(lua_State *L, int room)
{
    int found = lua_gettop(L), count = 0;
    luaL_checkstack(L, 256 + room, NULL); /* no closure has more */
    while (lua_getupvalue(L, found, count + 1))
        count++;
    return count;
}

void calls_wrap_all(lua_State *L, enum calls_form form)
{
    if (!lua_istable(L, -1))
        return;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) != LUA_TSTRING) {
            lua_pop(L, 1);
            continue;
        }
        wrap(L, lua_tostring(L, -2), form);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

void calls_wrap_field(lua_State *L, const char *field, const char *name,
                      enum calls_form form)
{
    lua_pushstring(L, field);
    lua_rawget(L, -2);
    wrap(L, name, form);
    if (lua_isnil(L, -1))
        lua_pop(L, 1);
    else
        lua_setfield(L, -2, field);
}

/* The methods are the __index of the metatable at the top, and their own
 * metatable has the properties; or they are an upvalue of that __index. */
static void wrap_methods(lua_State *L)
{
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    for (int n = 1; lua_iscfunction(L, -1) && n <= 2; n++) {
        if (!lua_getupvalue(L, -1, n))
            continue;
        calls_wrap_all(L, CALLS_METHOD);
        lua_pop(L, 1);
    }
    if (lua_istable(L, -1)) {
        calls_wrap_all(L, CALLS_METHOD);
        if (lua_getmetatable(L, -1)) {
            calls_wrap_field(L, "__index", "", CALLS_PROPERTY);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* The metatable of a kind of objects at the top. */
static void wrap_class(lua_State *L)
{
    lua_pushliteral(L, "__name");
    lua_rawget(L, -2);
    const char *kind = lua_tostring(L, -1);
    bool has_fields = kind && (strcmp(kind, tl_kind_name(TL_KIND_TABLE)) == 0 ||
                               strcmp(kind, tl_kind_name(TL_KIND_ARRAY)) == 0);
    lua_pop(L, 1);
    wrap_methods(L);
    calls_wrap_field(L, "__len", "size", CALLS_LENGTH);
    if (!has_fields)
        return;
    calls_wrap_field(L, "__index", "get", CALLS_GET);
    calls_wrap_field(L, "__newindex", "set", CALLS_SET);
}

void calls_wrap(lua_State *L, int module, calls_wrapper *with)
{
    wrapper = with;
    lua_pushvalue(L, module);
    calls_wrap_all(L, CALLS_FUNCTION);
    lua_pop(L, 1);
    object_wrap_with(L, wrap_class);
}

/* Whether the table at the top is the metatable of what is no shared object,
 * and waits. */
static bool is_waited_for(lua_State *L)
{
    static const char *const names[] = {"command", "stream", "connection",
                                        "listener", NULL};
    lua_pushliteral(L, "__metatable");
    lua_rawget(L, -2);
    const char *name =
        lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    bool found = false;
    for (int n = 0; names[n] && !found; n++)
        found = strcmp(name, names[n]) == 0;
    lua_pop(L, 1);
    return found;
}

/* Their metatables are in the registry, under keys of the rooms above. */
void calls_wrap_registered(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, LUA_REGISTRYINDEX)) {
        if (lua_istable(L, -1) && is_waited_for(L))
            wrap_methods(L);
        lua_pop(L, 1);
    }
}
