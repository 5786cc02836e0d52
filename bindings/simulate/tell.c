#include "simulate/tell.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/userdata.h"
#include "simulate/tell_text.h"
#include "tidelock.h"

/* How a call is written. */
enum form {
    FORM_METHOD,   /* the object is the first argument */
    FORM_FUNCTION, /* of the module */
    FORM_FILE,     /* of io, and os: the file is the first argument, and is
                      shown as the object anyway */
    FORM_LENGTH,   /* #q: Lua passes the operand twice */
    FORM_GET,      /* t[k] */
    FORM_SET,      /* t[k] = v */
    FORM_PROPERTY, /* lock.holder: the first argument is not the object */
    FORM_RESULT    /* the call itself says nothing */
};

/* The upvalues behind the function's own. */
enum { FUNCTION = 1, FORM, NAME, MORE = NAME };

static char object_key; /* registry: the object of the call in progress */

/* The calls that this task has told.  Where it is more after a call the last
 * step was one of a call within it. */
static _Thread_local uint64_t calls;

/* What was written to a file and may be in its buffer still. */
static _Thread_local struct tell_text written;

/* ---- one call ---- */

struct call {
    enum form form;
    const char *name;
    uint64_t number;
    bool writes; /* to a file */
};

static void add_arguments(struct tell_text *text, lua_State *L, int first)
{
    if (first > lua_gettop(L))
        return;
    tell_text_add(text, " ");
    tell_text_values(text, L, first, lua_gettop(L));
}

/* What is written to a file reaches it later, by a call that has no text. */
static void add_written(struct tell_text *text, struct call *call)
{
    if (strcmp(call->name, "write") == 0) {
        call->writes = true;
        written.used = 0;
        written.text[0] = '\0';
        const char *values = strchr(text->text, ' ');
        tell_text_add(&written, values ? values : "");
    } else if (written.used && (strcmp(call->name, "close") == 0 ||
                                strcmp(call->name, "flush") == 0)) {
        tell_text_add(text, " (writes");
        tell_text_add(text, written.text);
        tell_text_add(text, ")");
        written.used = 0;
    }
}

static void tell_call(lua_State *L, struct call *call)
{
    struct tell_text text = {0};
    call->number = ++calls;
    if (call->form == FORM_RESULT) {
        tl_explore_tell_call("");
        return;
    }
    tell_text_add(&text, call->form == FORM_PROPERTY ? lua_tostring(L, 2)
                                                     : call->name);
    if (call->form == FORM_FUNCTION)
        add_arguments(&text, L, 1);
    else if (call->form == FORM_METHOD || call->form == FORM_FILE)
        add_arguments(&text, L, 2);
    else if (call->form == FORM_GET || call->form == FORM_SET) {
        tell_text_add(&text, " ");
        tell_text_key(&text, L, 2);
        if (call->form == FORM_SET)
            tell_text_add(&text, " = ");
        if (call->form == FORM_SET)
            tell_text_values(&text, L, 3, 3);
    }
    if (call->form == FORM_FILE)
        add_written(&text, call);
    tl_explore_tell_call(text.text);
}

/* Keeps the object for after the call, which may drop its arguments. */
static void keep_object(lua_State *L)
{
    if (object_at(L, 1))
        lua_pushvalue(L, 1);
    else
        lua_pushnil(L); /* a call that this one is part of has its own */
    lua_rawsetp(L, LUA_REGISTRYINDEX, &object_key);
}

/* Tells it without its title, `value#1 "left": 3`. */
static void add_state(struct tell_text *text, lua_State *L)
{
    char title[TL_TEXT_SIZE], state[TL_TEXT_SIZE];
    lua_rawgetp(L, LUA_REGISTRYINDEX, &object_key);
    const struct object *object = object_at(L, -1);
    if (object && object->handle.object) {
        tl_title(&object->handle, title, sizeof title);
        tl_describe(&object->handle, state, sizeof state);
        size_t size = strlen(title);
        tell_text_add(text, "\t");
        if (strncmp(state, title, size) == 0 && state[size] == ':')
            tell_text_add(text, state + size + 2);
    }
    lua_pop(L, 1);
}

static void tell_result(lua_State *L, const struct call *call, int results)
{
    struct tell_text text = {0};
    int top = lua_gettop(L);
    if (call->number != calls || call->writes)
        tl_explore_tell_call("");
    if (call->number != calls)
        return;
    if (call->form == FORM_RESULT && results == 0)
        tell_text_add(&text, "no more");
    /* q:items() counts first */
    if (call->form == FORM_RESULT && results > 1)
        results--;
    tell_text_values(&text, L, top - results + 1, top);
    add_state(&text, L);
    tl_explore_tell_result(text.text);
}

static void wrap(lua_State *L, const char *name, enum form form);

static int telling(lua_State *L)
{
    lua_Debug frame;
    lua_getstack(L, 0, &frame);
    lua_getinfo(L, "u", &frame);
    int own = frame.nups - MORE;
    struct call call = {
        .form = (enum form)lua_tointeger(L, lua_upvalueindex(own + FORM)),
        .name = lua_tostring(L, lua_upvalueindex(own + NAME))};
    luaL_checkstack(L, 10, NULL);
    lua_CFunction function =
        lua_tocfunction(L, lua_upvalueindex(own + FUNCTION));
    tell_call(L, &call);
    keep_object(L);
    int results = function(L);
    luaL_checkstack(L, 10, NULL);
    tell_result(L, &call, results);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &object_key);
    /* the iterator of q:items() or f:lines() */
    if (results == 1 && lua_iscfunction(L, -1))
        wrap(L, "", FORM_RESULT);
    return results;
}

/* ---- wrapping ---- */

/* The function at the top. */
static void wrap(lua_State *L, const char *name, enum form form)
{
    int found = lua_gettop(L), count = 0;
    lua_CFunction function = lua_tocfunction(L, found);
    if (!function || function == telling)
        return;
    luaL_checkstack(L, 256 + MORE, NULL);
    while (lua_getupvalue(L, found, count + 1))
        count++;
    lua_pushcfunction(L, function);
    lua_pushinteger(L, (lua_Integer)form);
    lua_pushstring(L, name);
    lua_pushcclosure(L, telling, count + MORE);
    lua_replace(L, found);
}

static bool is_told(const char *name)
{
    return strncmp(name, "with", 4) != 0 && strcmp(name, "hold") != 0 &&
           name[0] != '_';
}

/* All functions in the table at the top. */
static void wrap_all(lua_State *L, enum form form)
{
    if (!lua_istable(L, -1))
        return;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) != LUA_TSTRING || !is_told(lua_tostring(L, -2))) {
            lua_pop(L, 1);
            continue;
        }
        const char *name = lua_tostring(L, -2);
        wrap(L, name, form);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

static void wrap_field(lua_State *L, const char *field, const char *name,
                       enum form form)
{
    lua_pushstring(L, field);
    lua_rawget(L, -2);
    wrap(L, name, form);
    if (lua_isnil(L, -1))
        lua_pop(L, 1);
    else
        lua_setfield(L, -2, field);
}

/* The methods are the __index of the metatable at the top, and their own
 * metatable has the properties; or they are an upvalue of that __index. */
static void wrap_methods(lua_State *L)
{
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    for (int n = 1; lua_iscfunction(L, -1) && n <= 2; n++) {
        if (!lua_getupvalue(L, -1, n))
            continue;
        wrap_all(L, FORM_METHOD);
        lua_pop(L, 1);
    }
    if (lua_istable(L, -1)) {
        wrap_all(L, FORM_METHOD);
        if (lua_getmetatable(L, -1)) {
            wrap_field(L, "__index", "", FORM_PROPERTY);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* The metatable of a kind of objects at the top. */
static void wrap_class(lua_State *L)
{
    lua_pushliteral(L, "__name");
    lua_rawget(L, -2);
    const char *kind = lua_tostring(L, -1);
    bool has_fields = strcmp(kind, tl_kind_name(TL_KIND_TABLE)) == 0 ||
                      strcmp(kind, tl_kind_name(TL_KIND_ARRAY)) == 0;
    lua_pop(L, 1);
    wrap_methods(L);
    wrap_field(L, "__len", "size", FORM_LENGTH);
    if (!has_fields)
        return;
    wrap_field(L, "__index", "get", FORM_GET);
    wrap_field(L, "__newindex", "set", FORM_SET);
}

static void wrap_files(lua_State *L)
{
    lua_getglobal(L, "io");
    wrap_all(L, FORM_FILE);
    lua_getglobal(L, "os");
    if (lua_istable(L, -1)) {
        wrap_field(L, "remove", "remove", FORM_FILE);
        wrap_field(L, "rename", "rename", FORM_FILE);
    }
    if (luaL_getmetatable(L, LUA_FILEHANDLE) == LUA_TTABLE) {
        lua_getfield(L, -1, "__index");
        wrap_all(L, FORM_FILE);
        lua_pop(L, 1);
    }
    lua_pop(L, 3);
}

void tell_open(lua_State *L)
{
    if (!tl_explored() || !tl_explored()->plan.tells)
        return;
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "_LOADED");
    lua_getfield(L, -1, "tidelock");
    wrap_all(L, FORM_FUNCTION);
    lua_pop(L, 2);
    object_wrap_with(L, wrap_class);
    wrap_files(L);
}
