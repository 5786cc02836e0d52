#include "codec/refusal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "codec/format.h"

enum { LONGEST_NAME = 40 };

static char reason_key; /* in a metatable: why its tables do not travel */

/* Text that is cut at its end, and shows it. */
struct text {
    char *start;
    size_t size;
    size_t length;
};

static void append(struct text *text, const char *piece)
{
    size_t room = text->size - text->length;
    int length = snprintf(text->start + text->length, room, "%s", piece);
    if ((size_t)length < room) {
        text->length += (size_t)length;
        return;
    }
    text->length = text->size - 1;
    memcpy(text->start + text->size - 4, "...", 3);
}

static bool is_identifier(const char *name, size_t length)
{
    if (length == 0 || length > LONGEST_NAME || isdigit((unsigned char)*name))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return false;
    return true;
}

static void append_string_key(struct text *text, const char *name,
                              size_t length)
{
    char quoted[LONGEST_NAME * 4 + 1];
    if (is_identifier(name, length)) {
        append(text, ".");
        append(text, name);
        return;
    }
    char *at = quoted;
    for (size_t i = 0; i < length && i < LONGEST_NAME; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == '"' || c == '\\')
            at += sprintf(at, "\\%c", c);
        else if (iscntrl(c))
            at += sprintf(at, "\\%03d", c);
        else
            *at++ = (char)c;
    }
    *at = '\0';
    append(text, "[\"");
    append(text, quoted);
    append(text, length > LONGEST_NAME ? "...\"]" : "\"]");
}

/* Reads the key without lua_tolstring, which would turn a number into a string
 * while lua_next is at it, and could raise. */
static void append_key(struct text *text, lua_State *L, int index)
{
    char number[48];
    size_t length;
    switch (lua_type(L, index)) {
    case LUA_TSTRING: {
        const char *name = lua_tolstring(L, index, &length);
        append_string_key(text, name, length);
        return;
    }
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            snprintf(number, sizeof number, "[" LUA_INTEGER_FMT "]",
                     (LUAI_UACINT)lua_tointeger(L, index));
        else
            snprintf(number, sizeof number, "[" LUA_NUMBER_FMT "]",
                     (LUAI_UACNUMBER)lua_tonumber(L, index));
        append(text, number);
        return;
    case LUA_TBOOLEAN:
        append(text, lua_toboolean(L, index) ? "[true]" : "[false]");
        return;
    default:
        append(text, "[");
        append(text, lua_typename(L, lua_type(L, index)));
        append(text, "]");
    }
}

static void append_place(struct text *text, lua_State *L,
                         const struct place *place)
{
    char number[24];
    if (place->outer)
        append_place(text, L, place->outer);
    switch (place->kind) {
    case PLACE_ROOT:
        append(text, place->name);
        if (place->index > 0) {
            snprintf(number, sizeof number, " %d", place->index);
            append(text, number);
        }
        break;
    case PLACE_FIELD:
        append_key(text, L, place->index);
        break;
    case PLACE_KEY:
        append(text, " (one of its keys)");
        break;
    case PLACE_METATABLE:
        append(text, "'s metatable");
        break;
    case PLACE_UPVALUE:
        append(text, " upvalue \"");
        append(text, place->name);
        append(text, "\"");
        break;
    }
}

bool refusal_memory(struct refusal *refusal)
{
    refusal->reason = REFUSAL_MEMORY;
    return false;
}

bool refusal_note(struct refusal *refusal, lua_State *L, int index,
                  const struct place *place, enum refusal_reason reason)
{
    if (!lua_checkstack(L, 1))
        return refusal_memory(refusal);
    struct text text = {.start = refusal->path, .size = REFUSAL_PATH_SIZE};
    refusal->path[0] = '\0';
    append_place(&text, L, place);
    refusal->reason = reason;
    lua_pushvalue(L, index);
    return false;
}

/* The value's own name for its type, or NULL; pushes something. */
static const char *type_name(lua_State *L, int index)
{
    if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tostring(L, -1);
    return NULL;
}

static const char *type_reason(lua_State *L, int index)
{
    const char *name;
    switch (lua_type(L, index)) {
    case LUA_TTHREAD:
        return "a coroutine cannot leave its process";
    case LUA_TFUNCTION:
        return "a C function cannot leave its process; send a Lua function "
               "that calls it";
    case LUA_TLIGHTUSERDATA:
        return "a light userdata cannot leave its process";
    default:
        name = type_name(L, index);
        if (name && strcmp(name, LUA_FILEHANDLE) == 0)
            return "a file handle cannot leave its process; send the file's "
                   "name or its contents";
        if (name)
            return lua_pushfstring(
                L, "a userdata (%s) cannot leave its process", name);
        return "a userdata cannot leave its process";
    }
}

static const char *barred_reason(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TFUNCTION)
        return "a function cannot leave its program";
    const char *name = type_name(L, index);
    return lua_pushfstring(L, "an object (%s) cannot leave its program",
                           name ? name : "userdata");
}

static bool is_in_no_space(const char *name)
{
    static const char *const names[] = {"pipe", "process", "thread", "pool"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name && strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static const char *space_reason(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TFUNCTION)
        return "a function cannot leave its program, unless both sides opened "
               "the space with functions = true";
    const char *name = type_name(L, index);
    if (is_in_no_space(name))
        return lua_pushfstring(L,
                               "this %s belongs to the program alone, and a "
                               "space can have none",
                               name);
    return lua_pushfstring(L,
                           "this %s belongs to the program alone; make it in "
                           "the space, as s.%s(name)",
                           name ? name : "object", name ? name : "lock");
}

void refusal_explain(lua_State *L, const char *reason)
{
    lua_pushstring(L, reason);
    lua_rawsetp(L, -2, &reason_key);
}

/* Pushes the reason that refusal_explain gave for the table's metatable; false:
 * nothing. */
static bool explains(lua_State *L, int index)
{
    if (!lua_getmetatable(L, index))
        return false;
    int type = lua_rawgetp(L, -1, &reason_key);
    lua_remove(L, -2);
    return type == LUA_TSTRING;
}

static const char *near_reason(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TFUNCTION)
        return "a function cannot leave its machine; send the name of one "
               "that both sides have";
    const char *name = type_name(L, index);
    return lua_pushfstring(
        L,
        "this %s is of this machine alone; make it in the space, as s.%s(name)",
        name ? name : "object", name && !is_in_no_space(name) ? name : "queue");
}

static const char *reason_text(const struct refusal *refusal, lua_State *L,
                               int index)
{
    switch (refusal->reason) {
    case REFUSAL_TYPE:
        return type_reason(L, index);
    case REFUSAL_BARRED:
        return barred_reason(L, index);
    case REFUSAL_SPACE:
        return space_reason(L, index);
    case REFUSAL_FAR:
        return "an object of another machine's space travels within the "
               "program, and in messages of that space; elsewhere open the "
               "space there";
    case REFUSAL_NEAR:
        return near_reason(L, index);
    case REFUSAL_METATABLE:
        if (explains(L, index))
            return lua_tostring(L, -1);
        return "its metatable is not registered; make it known with "
               "ipc.register(name, metatable), or send a plain table";
    case REFUSAL_CLOSED:
        return "the object was closed";
    case REFUSAL_DEPTH:
        return lua_pushfstring(L, "nested too deeply (%d levels)",
                               FORMAT_DEPTH);
    case REFUSAL_MEMORY:
        break;
    }
    return "not enough memory";
}

void refusal_push(const struct refusal *refusal, lua_State *L, int top)
{
    if (refusal->reason == REFUSAL_MEMORY) {
        lua_settop(L, top);
        luaL_checkstack(L, 1, NULL);
        lua_pushliteral(L, "not enough memory for a message");
        return;
    }
    if (lua_gettop(L) > top + 1) {
        lua_copy(L, -1, top + 1);
        lua_settop(L, top + 1);
    }
    luaL_checkstack(L, 4, NULL);
    const char *reason = reason_text(refusal, L, top + 1);
    lua_pushfstring(L, "cannot send %s: %s", refusal->path, reason);
    lua_copy(L, -1, top + 1);
    lua_settop(L, top + 1);
}
