#include "embedded/embedded.h"

#include <lauxlib.h>

#include "embedded/rows.h"

void embedded_load(lua_State *L, const char *name)
{
    const struct embedded_row *row = embedded_row_find(name);
    if (!row)
        luaL_error(L, "no embedded module '%s'", name);
    else
        embedded_row_load(L, row);
}

/* A searcher of package.searchers. */
static int search(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct embedded_row *row = embedded_row_find(name);
    if (!row) {
        lua_pushfstring(L, "\n\tno embedded module '%s'", name);
        return 1;
    }
    embedded_row_load(L, row);
    lua_pushstring(L, row->file);
    return 2;
}

void embedded_open(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i > 1; i--) {
        lua_rawgeti(L, -1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, search);
    lua_rawseti(L, -2, 2);
    lua_pop(L, 2);
}
