#include "simulate/wrap.h"

#include <lauxlib.h>

void wrap_top(lua_State *L, lua_CFunction *stock, lua_CFunction function)
{
    int found = lua_gettop(L), count = 0;
    lua_CFunction old = lua_tocfunction(L, found);
    if (!old || old == function || (*stock && *stock != old))
        return;
    /* threads find it set: they come after the main state */
    if (!*stock)
        *stock = old;
    luaL_checkstack(L, 256, NULL); /* no closure has more upvalues */
    while (lua_getupvalue(L, found, count + 1))
        count++;
    lua_pushcclosure(L, function, count);
    lua_replace(L, found);
}

void wrap_fields(lua_State *L, const struct wrap *rows)
{
    if (!lua_istable(L, -1))
        return;
    for (; rows->name; rows++) {
        lua_pushstring(L, rows->name);
        lua_rawget(L, -2);
        wrap_top(L, rows->stock, rows->function);
        if (lua_isnil(L, -1))
            lua_pop(L, 1);
        else
            lua_setfield(L, -2, rows->name);
    }
}

void wrap_library(lua_State *L, const char *library, const struct wrap *rows)
{
    lua_getglobal(L, library);
    wrap_fields(L, rows);
    lua_pop(L, 1);
}
