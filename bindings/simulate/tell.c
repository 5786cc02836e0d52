#include "simulate/tell.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/calls.h"
#include "lua/userdata.h"
#include "simulate/tell_text.h"
#include "tidelock.h"

/* The upvalues behind the function's own. */
enum { FUNCTION = 1, FORM, NAME, MORE = NAME };

static char object_key; /* registry: the object of the call in progress */

/* The calls that this task has told.  Where it is more after a call the last
 * step was one of a call within it. */
static _Thread_local uint64_t calls;

static char written_key; /* registry: what written_by returns */

/* What this state has written to a file and may be in its buffer still.  Not in
 * the thread's own memory, of which a module has little. */
static struct tell_text *written_by(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &written_key);
    struct tell_text *written = lua_touserdata(L, -1);
    if (!written) {
        written = lua_newuserdatauv(L, sizeof *written, 1);
        memset(written, 0, sizeof *written);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &written_key);
    }
    lua_pop(L, 1); /* from here on the registry holds it */
    return written;
}

/* ---- one call ---- */

struct call {
    enum calls_form form;
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
static void add_written(lua_State *L, struct tell_text *text, struct call *call)
{
    struct tell_text *written = written_by(L);
    if (strcmp(call->name, "write") == 0) {
        call->writes = true;
        written->used = 0;
        written->text[0] = '\0';
        const char *values = strchr(text->text, ' ');
        tell_text_add(written, values ? values : "");
    } else if (written->used && (strcmp(call->name, "close") == 0 ||
                                 strcmp(call->name, "flush") == 0)) {
        tell_text_add(text, " (writes");
        tell_text_add(text, written->text);
        tell_text_add(text, ")");
        written->used = 0;
    }
}

static void tell_call(lua_State *L, struct call *call)
{
    struct tell_text text = {0};
    call->number = ++calls;
    if (call->form == CALLS_RESULT) {
        tl_explore_tell_call("");
        return;
    }
    tell_text_add(&text, call->form == CALLS_PROPERTY ? lua_tostring(L, 2)
                                                      : call->name);
    if (call->form == CALLS_FUNCTION)
        add_arguments(&text, L, 1);
    else if (call->form == CALLS_METHOD || call->form == CALLS_FILE)
        add_arguments(&text, L, 2);
    else if (call->form == CALLS_GET || call->form == CALLS_SET) {
        tell_text_add(&text, " ");
        tell_text_key(&text, L, 2);
        if (call->form == CALLS_SET)
            tell_text_add(&text, " = ");
        if (call->form == CALLS_SET)
            tell_text_values(&text, L, 3, 3);
    }
    if (call->form == CALLS_FILE)
        add_written(L, &text, call);
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
    if (call->form == CALLS_RESULT && results == 0)
        tell_text_add(&text, "no more");
    /* q:items() counts first */
    if (call->form == CALLS_RESULT && results > 1)
        results--;
    tell_text_values(&text, L, top - results + 1, top);
    add_state(&text, L);
    tl_explore_tell_result(text.text);
}

static void wrap(lua_State *L, const char *name, enum calls_form form);

static int telling(lua_State *L)
{
    lua_Debug frame;
    lua_getstack(L, 0, &frame);
    lua_getinfo(L, "u", &frame);
    int own = frame.nups - MORE;
    struct call call = {
        .form = (enum calls_form)lua_tointeger(L, lua_upvalueindex(own + FORM)),
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
        wrap(L, "", CALLS_RESULT);
    return results;
}

/* ---- wrapping ---- */

static bool is_told(const char *name)
{
    return strncmp(name, "with", 4) != 0 && strcmp(name, "hold") != 0 &&
           name[0] != '_';
}

/* The function at the top. */
static void wrap(lua_State *L, const char *name, enum calls_form form)
{
    int found = lua_gettop(L);
    lua_CFunction function = lua_tocfunction(L, found);
    if (!function || function == telling || !is_told(name))
        return;
    int count = calls_push_upvalues(L, MORE);
    lua_pushcfunction(L, function);
    lua_pushinteger(L, (lua_Integer)form);
    lua_pushstring(L, name);
    lua_pushcclosure(L, telling, count + MORE);
    lua_replace(L, found);
}

static void wrap_files(lua_State *L)
{
    lua_getglobal(L, "io");
    calls_wrap_all(L, CALLS_FILE);
    lua_getglobal(L, "os");
    if (lua_istable(L, -1)) {
        calls_wrap_field(L, "remove", "remove", CALLS_FILE);
        calls_wrap_field(L, "rename", "rename", CALLS_FILE);
    }
    if (luaL_getmetatable(L, LUA_FILEHANDLE) == LUA_TTABLE) {
        lua_getfield(L, -1, "__index");
        calls_wrap_all(L, CALLS_FILE);
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
    calls_wrap(L, lua_gettop(L), wrap);
    lua_pop(L, 2);
    wrap_files(L);
}
