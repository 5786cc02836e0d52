#include "lua/shown.h"

#include <stdbool.h>
#include <string.h>

#define LONGEST 160 /* bytes of a text in an error */

const char *shown_type(lua_State *L, int index)
{
    int type = lua_type(L, index);
    bool own = type == LUA_TUSERDATA || type == LUA_TTABLE; /* a space */
    if (own && luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tostring(L, -1);
    if (type == LUA_TTHREAD)
        return "coroutine"; /* a thread is an object */
    return lua_typename(L, type);
}

/* Lua has tables and values too. */
bool shown_is_ambiguous(const char *kind)
{
    return strcmp(kind, "table") == 0 || strcmp(kind, "value") == 0;
}

static bool is_object(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TUSERDATA;
}

const char *shown_a_type(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    const char *type = shown_type(L, index);
    if (lua_isnoneornil(L, index))
        return "nil";
    if (is_object(L, index) && shown_is_ambiguous(type))
        return lua_pushfstring(L, "a shared %s", type);
    bool vowel = strchr("aeio", *type) != NULL; /* not "userdata" */
    return lua_pushfstring(L, "%s %s",
                           vowel || strncmp(type, "rl", 2) == 0 ||
                                   strncmp(type, "rw", 2) == 0
                               ? "an"
                               : "a",
                           type);
}

static int to_text(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

/* Replaces the value at the top by its text. */
static void make_text(lua_State *L)
{
    const char *type = luaL_typename(L, -1);
    lua_pushcfunction(L, to_text);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pop(L, 1);
        lua_pushstring(L, type);
    }
}

/* Replaces the text at the top, which is longer, by what fits into an error:
 * not half a letter of UTF-8 at its end. */
static const char *cut(lua_State *L)
{
    const char *text = lua_tostring(L, -1);
    size_t end = LONGEST;
    while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    lua_pushlstring(L, text, end);
    lua_pushliteral(L, "...");
    lua_concat(L, 2);
    lua_remove(L, -2);
    return lua_tostring(L, -1);
}

const char *shown_text(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 3, NULL);
    lua_pushvalue(L, index);
    if (lua_type(L, index) != LUA_TSTRING)
        make_text(L);
    return lua_rawlen(L, -1) > LONGEST ? cut(L) : lua_tostring(L, -1);
}

const char *shown(lua_State *L, int index)
{
    if (lua_isnone(L, index))
        return "nil";
    bool quoted = lua_type(L, index) == LUA_TSTRING;
    const char *text = shown_text(L, index);
    return quoted ? lua_pushfstring(L, "\"%s\"", text) : text;
}

void shown_add_methods(luaL_Buffer *buffer, const luaL_Reg *methods)
{
    for (const luaL_Reg *method = methods; method->name; method++) {
        luaL_addstring(buffer, method == methods ? "" : ", ");
        luaL_addstring(buffer, method->name);
    }
}
