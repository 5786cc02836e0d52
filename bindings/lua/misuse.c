#include "lua/misuse.h"

#include <stdarg.h>
#include <stdio.h>

#include <lauxlib.h>

#include "lua/object.h"
#include "lua/shown.h"

/* Pushes "script.lua:12: " of the innermost Lua function: a method that pcall
 * or a C function of ours called has no line of its own. */
static void push_position(lua_State *L)
{
    lua_Debug frame;
    for (int level = 1; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0) {
            lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

int misuse_raise(lua_State *L)
{
    tl_recording_end(TL_TRACE_RAISED);
    push_position(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

/* Pushes `lock#3 "till": acquire: `, as far as it is known. */
static void push_prefix(lua_State *L, const struct tl_handle *handle,
                        const char *call)
{
    char title[TL_TEXT_SIZE];
    if (handle) {
        object_title(handle, title, sizeof title);
        lua_pushfstring(L, "%s: ", title);
    } else {
        lua_pushliteral(L, "");
    }
    if (call)
        lua_pushfstring(L, "%s: ", call);
    else
        lua_pushliteral(L, "");
    lua_concat(L, 2);
}

int misuse(lua_State *L, const struct tl_handle *handle, const char *call,
           const char *format, ...)
{
    va_list arguments;
    char text[4200]; /* long: a cycle names everyone in it */
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    push_prefix(L, handle, call);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    return misuse_raise(L);
}

/* luaL_argerror has neither line nor name where pcall made the call. */
int misuse_wrong_object(lua_State *L, int index, const char *expected)
{
    lua_Debug frame;
    const char *call = NULL;
    if (lua_getstack(L, 0, &frame) && lua_getinfo(L, "n", &frame))
        call = frame.name;
    return misuse(L, NULL, call,
                  "%s%s expected, got %s (was it called with ':'?)",
                  shown_is_ambiguous(expected) ? "shared " : "", expected,
                  shown_type(L, index));
}

int misuse_of_stock(lua_State *L, const char *name)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        return lua_error(L);
    lua_pushfstring(L, "'%s'", name);
    luaL_gsub(L, lua_tostring(L, -2), "'?'", lua_tostring(L, -1));
    return misuse_raise(L);
}
