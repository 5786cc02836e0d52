/*
 * Embedded rows: the texts of Lua modules that are a part of this binary, be it
 * the program (embedded/embedded) or tidelock_remote (remote/modules).
 */
#ifndef EMBEDDED_ROWS_H
#define EMBEDDED_ROWS_H

#include <stddef.h>
#include <string.h>

#include <lauxlib.h>

/* A row that bindings/embedded/embed.S makes. */
struct embedded_row {
    const char *name, *file, *text, *end;
};

/* Made by the linker, for a section of that name.  Hidden: another binary of
 * the same process may have such a section, too. */
extern const struct embedded_row
    __start_embedded_lua[] /* NOLINT(bugprone-reserved-identifier) */
    __attribute__((visibility("hidden")));
extern const struct embedded_row
    __stop_embedded_lua[] /* NOLINT(bugprone-reserved-identifier) */
    __attribute__((visibility("hidden")));

/* The row of the module of that name; NULL: there is none. */
static inline const struct embedded_row *embedded_row_find(const char *name)
{
    for (const struct embedded_row *row = __start_embedded_lua;
         row < __stop_embedded_lua; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

/* Pushes its text as a function; raises. */
static inline void embedded_row_load(lua_State *L,
                                     const struct embedded_row *row)
{
    const char *chunk = lua_pushfstring(L, "@%s", row->file);
    if (luaL_loadbufferx(L, row->text, (size_t)(row->end - row->text), chunk,
                         "t") != LUA_OK)
        lua_error(L);
    lua_remove(L, -2);
}

#endif
