#include "objects/with.h"

#include "lua/traceback.h"

static char hold_key; /* registry: the metatable of what hold returns */

static int finish(lua_State *L, int status, lua_KContext context)
{
    const struct holding *holding = (const struct holding *)context;
    struct tl_handle *handle = object_test(L, 1);
    int released = handle ? holding->release(handle) : TL_DROPPED;
    if (status != LUA_OK && status != LUA_YIELD)
        return lua_error(L);
    if (released < 0)
        return result_failure(L, handle, "with", released);
    return lua_gettop(L) - 2;
}

int with_call(lua_State *L, const struct holding *holding, const char *call)
{
    struct tl_handle *handle = object_check(L, 1, holding->kind);
    if (lua_type(L, 2) != LUA_TFUNCTION)
        misuse(L, handle, call, "a function is expected, not %s",
               shown_a_type(L, 2));
    context_state = L;
    int status = holding->acquire(handle, TL_FOREVER);
    if (status < 0)
        return result_failure(L, handle, call, status);
    tl_recording_end(TL_TRACE_DONE); /* the function is no part of it */
    lua_KContext context = (lua_KContext)holding;
    traceback_push_note(L);
    lua_insert(L, 2);
    status = lua_pcallk(L, lua_gettop(L) - 3, LUA_MULTRET, 2, context, finish);
    return finish(L, status, context);
}

/* The result is a table with the held object at 1, or nil once that was given
 * back. */
int with_hold(lua_State *L, const struct holding *holding)
{
    struct tl_handle *handle = object_check(L, 1, holding->kind);
    check_method(L, 1, "hold");
    tl_deadline deadline = check_deadline(L, 2, handle, "hold");
    /* before it acquires: whatever allocates may raise */
    lua_createtable(L, 1, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &hold_key);
    lua_setmetatable(L, -2);
    int status = holding->acquire(handle, deadline);
    if (status < 0)
        return result(L, handle, "hold", status);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    return 1;
}

/* No check of arguments: as __close it gets the error too. */
static int give_back(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE)
        return misuse_wrong_object(L, 1, "what hold returned");
    if (lua_rawgeti(L, 1, 1) == LUA_TNIL)
        return 0;
    lua_pushnil(L);
    lua_rawseti(L, 1, 1);
    lua_getfield(L, -1, "release");
    lua_insert(L, -2);
    lua_call(L, 1, 0);
    return 0;
}

static int hold_release(lua_State *L)
{
    check_method(L, 0, "release");
    return give_back(L);
}

/* `hold of lock#3 "till": held by main (pid 4711), 0 waiting` */
static int hold_tostring(lua_State *L)
{
    if (lua_rawgeti(L, 1, 1) == LUA_TNIL)
        lua_pushliteral(L, "hold: given back");
    else
        lua_pushfstring(L, "hold of %s", luaL_tolstring(L, -1, NULL));
    return 1;
}

static int hold_field(lua_State *L)
{
    return misuse(L, NULL, "hold",
                  "there is no field or method \"%s\"; there are: release",
                  shown_text(L, 2));
}

static int hold_newindex(lua_State *L)
{
    return misuse(L, NULL, "hold", "the field \"%s\" cannot be set",
                  shown_text(L, 2));
}

void with_open(lua_State *L)
{
    static const luaL_Reg metamethods[] = {{"__close", give_back},
                                           {"__tostring", hold_tostring},
                                           {"__newindex", hold_newindex},
                                           {NULL, NULL}};
    luaL_newlib(L, metamethods);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, hold_release);
    lua_setfield(L, -2, "release");
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, hold_field);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "__index");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &hold_key);
}
