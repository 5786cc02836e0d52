#include "simulate/space_points.h"

#include <lauxlib.h>

#include "simulate/file_points.h"
#include "simulate/wrap.h"
#include "tidelock.h"

static lua_CFunction stock_open;

/* ipc.open(name, ...) or ipc.open{ name = ... } */
static int ipc_open(lua_State *L)
{
    char path[128];
    if (lua_istable(L, 1))
        lua_getfield(L, 1, "name");
    else
        lua_pushvalue(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING &&
        tl_space_path(lua_tostring(L, -1), path, sizeof path))
        file_points_makes(path);
    lua_pop(L, 1);
    return stock_open(L);
}

void space_points_open(lua_State *L)
{
    static const struct wrap module[] = {{"open", &stock_open, ipc_open},
                                         {NULL, NULL, NULL}};
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "_LOADED");
    lua_getfield(L, -1, "tidelock");
    wrap_fields(L, module);
    lua_pop(L, 2);
}
