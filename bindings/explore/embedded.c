#include "explore/embedded.h"

#include <stddef.h>
#include <string.h>

#include <lauxlib.h>

/* A row that embed.S makes. */
struct embedded {
    const char *name, *file, *text, *end;
};

/* Made by the linker, for a section of that name. */
extern const struct embedded
    __start_embedded_lua[]; /* NOLINT(bugprone-reserved-identifier) */
extern const struct embedded
    __stop_embedded_lua[]; /* NOLINT(bugprone-reserved-identifier) */

static const struct embedded *find(const char *name)
{
    for (const struct embedded *row = __start_embedded_lua;
         row < __stop_embedded_lua; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

static void load(lua_State *L, const struct embedded *row)
{
    const char *chunk = lua_pushfstring(L, "@%s", row->file);
    if (luaL_loadbufferx(L, row->text, (size_t)(row->end - row->text), chunk,
                         "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
}

void embedded_load(lua_State *L, const char *name)
{
    const struct embedded *row = find(name);
    if (!row)
        luaL_error(L, "no embedded module '%s'", name);
    else
        load(L, row);
}

/* A searcher of package.searchers. */
static int search(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct embedded *row = find(name);
    if (!row) {
        lua_pushfstring(L, "\n\tno embedded module '%s'", name);
        return 1;
    }
    load(L, row);
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
