#include "simulate/tell_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/object.h"
#include "tidelock.h"

#define STRING_MOST 24 /* bytes that are shown of a string */
#define LIST_MOST 4    /* elements of a list that is shown whole */
#define FIELDS_MOST 3
#define VALUES_MOST 5

void tell_text_add(struct tell_text *text, const char *more)
{
    size_t room = sizeof text->text - text->used;
    int size = snprintf(text->text + text->used, room, "%s", more);
    text->used += (size_t)size < room ? (size_t)size : room - 1;
}

/* The end of a path says more than its beginning. */
static const char *without_folders(const char *string)
{
    const char *slash = strrchr(string, '/');
    return string[0] == '/' && slash[1] ? slash + 1 : string;
}

static void add_string(struct tell_text *text, lua_State *L, int index)
{
    char part[STRING_MOST + 8];
    const char *string = without_folders(lua_tostring(L, index));
    size_t size = strlen(string), shown = size;
    if (size > STRING_MOST) {
        shown = STRING_MOST - 3;
        while (shown && (string[shown] & 0xc0) == 0x80)
            shown--; /* within a character of UTF-8 */
    }
    snprintf(part, sizeof part, "\"%.*s%s\"", (int)shown, string,
             shown < size ? "..." : "");
    for (char *at = part; *at; at++)
        if (iscntrl((unsigned char)*at))
            *at = ' ';
    tell_text_add(text, part);
}

static void add_scalar(struct tell_text *text, lua_State *L, int index)
{
    char number[40] = "nil";
    if (lua_isinteger(L, index))
        snprintf(number, sizeof number, LUA_INTEGER_FMT,
                 lua_tointeger(L, index));
    else if (lua_type(L, index) == LUA_TNUMBER)
        snprintf(number, sizeof number, "%.7g", lua_tonumber(L, index));
    else if (lua_isboolean(L, index))
        snprintf(number, sizeof number, "%s",
                 lua_toboolean(L, index) ? "true" : "false");
    if (lua_type(L, index) == LUA_TSTRING)
        add_string(text, L, index);
    else
        tell_text_add(text, number);
}

static bool is_scalar(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING:
        return true;
    default:
        return false;
    }
}

/* Whether the table is a short list of scalars and nothing else. */
static bool is_short_list(lua_State *L, int index)
{
    size_t count = 0;
    bool is = true;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        count++;
        is = is && lua_isinteger(L, -2) && is_scalar(L, -1);
        lua_pop(L, 1);
        if (count > LIST_MOST || !is) {
            lua_pop(L, 1);
            return false;
        }
    }
    return count == lua_rawlen(L, index);
}

/* The names of the fields, sorted, if there are few and nothing else; 0: other.
 */
static int few_fields(lua_State *L, int index, const char **names)
{
    int count = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        bool is = lua_type(L, -2) == LUA_TSTRING && is_scalar(L, -1) &&
                  count < FIELDS_MOST;
        lua_pop(L, 1);
        if (!is) {
            lua_pop(L, 1);
            return 0;
        }
        const char *name = lua_tostring(L, -1);
        int at = count++;
        for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
    }
    return count;
}

/* { dish = "soup", for = 3 } */
static void add_fields(struct tell_text *text, lua_State *L, int index,
                       const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        tell_text_add(text, i == 0 ? "{" : ", ");
        tell_text_add(text, names[i]);
        tell_text_add(text, " = ");
        lua_pushstring(L, names[i]);
        lua_rawget(L, index);
        add_scalar(text, L, lua_gettop(L));
        lua_pop(L, 1);
    }
    tell_text_add(text, "}");
}

static void add_table(struct tell_text *text, lua_State *L, int index)
{
    const char *names[FIELDS_MOST];
    int count = few_fields(L, index, names);
    if (count > 0) {
        add_fields(text, L, index, names, count);
        return;
    }
    if (!is_short_list(L, index)) {
        tell_text_add(text, "{...}");
        return;
    }
    tell_text_add(text, "{");
    for (size_t i = 1; i <= lua_rawlen(L, index); i++) {
        tell_text_add(text, i > 1 ? ", " : "");
        lua_rawgeti(L, index, (lua_Integer)i);
        add_scalar(text, L, lua_gettop(L));
        lua_pop(L, 1);
    }
    tell_text_add(text, "}");
}

static void add_object(struct tell_text *text, const struct object *object)
{
    char title[TL_TEXT_SIZE];
    if (!object->handle.object) {
        tell_text_add(text, "a closed object");
        return;
    }
    tl_title(&object->handle, title, sizeof title);
    tell_text_add(text, title);
}

static void add_value(struct tell_text *text, lua_State *L, int index)
{
    const struct object *object = object_at(L, index);
    if (is_scalar(L, index))
        add_scalar(text, L, index);
    else if (lua_istable(L, index))
        add_table(text, L, index);
    else if (object)
        add_object(text, object);
    else
        tell_text_add(text, luaL_typename(L, index));
}

void tell_text_values(struct tell_text *text, lua_State *L, int first, int last)
{
    luaL_checkstack(L, 10, NULL);
    for (int i = first; i <= last; i++) {
        if (i - first == VALUES_MOST) {
            tell_text_add(text, ", ...");
            return;
        }
        tell_text_add(text, i > first ? ", " : "");
        add_value(text, L, i);
    }
}

/* Whether it needs no brackets. */
static bool is_word(const char *string)
{
    for (const char *at = string; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_')
            return false;
    return *string && !isdigit((unsigned char)*string);
}

void tell_text_key(struct tell_text *text, lua_State *L, int index)
{
    bool word =
        lua_type(L, index) == LUA_TSTRING && is_word(lua_tostring(L, index));
    tell_text_add(text, word ? "." : "[");
    if (word)
        tell_text_add(text, lua_tostring(L, index));
    else
        tell_text_values(text, L, index, index);
    tell_text_add(text, word ? "" : "]");
}
