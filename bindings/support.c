#include "support.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Thread_local lua_State *support_state;

static bool interactive;

/* Keys in the registry. */
static char known_key;                 /* weak table: ref -> userdata */
static char reserved_key;              /* metatable of what is reserved */
static char class_keys[TL_KINDS];      /* metatables, by kind */

static const struct class *classes[TL_KINDS];

/* ---- objects ---- */

static struct object *object_at(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA ||
        lua_rawlen(L, index) < sizeof(struct object))
        return NULL;
    struct object *object = lua_touserdata(L, index);
    uint64_t kind = object->magic - OBJECT_MAGIC;
    return kind < TL_KINDS ? object : NULL;
}

static struct object *object_of(const struct tl_handle *handle)
{
    return (struct object *)((uintptr_t)handle -
                             offsetof(struct object, handle));
}

struct tl_handle *object_test(lua_State *L, int index)
{
    struct object *object = object_at(L, index);
    return object && object->handle.object ? &object->handle : NULL;
}

struct tl_handle *object_check_slow(lua_State *L, int index,
                                    enum tl_kind_id kind)
{
    const char *message = lua_pushfstring(
        L, "%s expected, got %s (was it called with ':'?)", tl_kind_name(kind),
        luaL_typename(L, index));
    luaL_argerror(L, index, message);
    return NULL;
}

static int object_gc(lua_State *L)
{
    struct object *object = object_at(L, 1);
    if (!object)
        return 0;
    tl_handle_close(&object->handle);
    free(object->title);
    object->title = NULL;
    return 0;
}

void object_close(struct tl_handle *handle)
{
    struct object *object = object_of(handle);
    char title[TL_TEXT_SIZE];
    if (!handle->object)
        return;
    tl_title(handle, title, sizeof title);
    tl_handle_close(handle);
    object->title = strdup(title);
}

static int object_close_block(lua_State *L)
{
    struct object *object = object_at(L, 1);
    if (object)
        object_close(&object->handle);
    return 0;
}

static int object_tostring(lua_State *L)
{
    struct object *object = object_at(L, 1);
    char text[TL_TEXT_SIZE];
    if (!object)
        return luaL_argerror(L, 1, "an object of tidelock is expected");
    if (object->title) {
        lua_pushfstring(L, "%s: closed", object->title);
        return 1;
    }
    tl_describe(&object->handle, text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

static int object_eq(lua_State *L)
{
    struct object *a = object_at(L, 1), *b = object_at(L, 2);
    lua_pushboolean(L, a && b && a->handle.object &&
                           tl_handle_ref(&a->handle) ==
                               tl_handle_ref(&b->handle));
    return 1;
}

/* "acquire, release, holder" */
static const char *push_fields(lua_State *L, const struct class *class)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (const luaL_Reg *method = class->methods; method->name; method++) {
        luaL_addstring(&buffer, method == class->methods ? "" : ", ");
        luaL_addstring(&buffer, method->name);
    }
    for (const struct property *property = class->properties;
         property && property->name; property++) {
        luaL_addstring(&buffer, ", ");
        luaL_addstring(&buffer, property->name);
    }
    luaL_pushresult(&buffer);
    return lua_tostring(L, -1);
}

/* The name at 2 is no method; object: NULL where the kind has no properties. */
static int push_field(lua_State *L, enum tl_kind_id kind,
                      struct object *object)
{
    const struct property *property = classes[kind]->properties;
    const char *name = luaL_tolstring(L, 2, NULL);
    for (; object && property->name; property++) {
        if (strcmp(property->name, name) == 0) {
            property->push(L, &object->handle);
            return 1;
        }
    }
    return misuse(L, object ? &object->handle : NULL,
                  object ? NULL : tl_kind_name(kind),
                  "there is no field or method \"%s\"; there are: %s", name,
                  push_fields(L, classes[kind]));
}

static enum tl_kind_id kind_in_upvalue(lua_State *L)
{
    return (enum tl_kind_id)lua_tointeger(L, lua_upvalueindex(1));
}

/* Behind a table of methods.  Upvalues: the kind, and the object, or nil where
 * the kind has no properties. */
static int object_field(lua_State *L)
{
    return push_field(L, kind_in_upvalue(L),
                      lua_touserdata(L, lua_upvalueindex(2)));
}

static int object_newindex(lua_State *L)
{
    struct object *object = object_at(L, 1);
    const char *name = lua_tostring(L, 2);
    return misuse(L, object ? &object->handle : NULL, NULL,
                  "the field \"%s\" cannot be set",
                  name ? name : luaL_typename(L, 2));
}

/* The __index of a kind that is made often.  Upvalues: the kind, and the
 * methods. */
static int object_index(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL)
        return 1;
    struct object *object = object_at(L, 1);
    lua_settop(L, 2);
    return object ? push_field(L, kind_in_upvalue(L), object)
                  : luaL_argerror(L, 1, "an object expected");
}

/* Gives the table at the top, which holds methods, object_field as what is
 * behind them. */
static void put_fields_behind(lua_State *L, enum tl_kind_id kind,
                              struct object *object)
{
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, kind);
    if (object)
        lua_pushlightuserdata(L, object);
    else
        lua_pushnil(L);
    lua_pushcclosure(L, object_field, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

static void set_function(lua_State *L, const char *name, lua_CFunction function)
{
    lua_pushcfunction(L, function);
    lua_setfield(L, -2, name);
}

static void push_metatable(lua_State *L, enum tl_kind_id kind,
                           struct object *object)
{
    const struct class *class = classes[kind];
    lua_createtable(L, 0, 8);
    set_function(L, "__gc", object_gc);
    set_function(L, "__close", object_close_block);
    set_function(L, "__tostring", object_tostring);
    set_function(L, "__eq", object_eq);
    set_function(L, "__newindex",
                 class->newindex ? class->newindex : object_newindex);
    lua_pushstring(L, tl_kind_name(kind));
    lua_setfield(L, -2, "__name");
    lua_pushstring(L, tl_kind_name(kind));
    lua_setfield(L, -2, "__metatable");
    if (class->metamethods)
        luaL_setfuncs(L, class->metamethods, 0);
    lua_createtable(L, 0, 16);
    luaL_setfuncs(L, class->methods, 0);
    if (class->made_often) {
        lua_pushinteger(L, kind);
        lua_insert(L, -2);
        lua_pushcclosure(L, object_index, 2);
    } else {
        put_fields_behind(L, kind, object);
    }
    lua_setfield(L, -2, "__index");
}

static struct object *push_object(lua_State *L, enum tl_kind_id kind)
{
    struct object *object = lua_newuserdatauv(L, sizeof *object, 1);
    *object = (struct object){.magic = OBJECT_MAGIC + (uint64_t)kind,
                              .handle = {.kind = (uint8_t)kind}};
    return object;
}

/* Gives the object at the top the metatable of its kind. */
static void dress(lua_State *L, struct object *object)
{
    enum tl_kind_id kind = (enum tl_kind_id)object->handle.kind;
    if (classes[kind]->properties && !classes[kind]->made_often)
        push_metatable(L, kind, object);
    else
        lua_rawgetp(L, LUA_REGISTRYINDEX, &class_keys[kind]);
    lua_setmetatable(L, -2);
    object->magic = OBJECT_MAGIC + (uint64_t)kind;
}

struct tl_handle *object_new(lua_State *L, enum tl_kind_id kind)
{
    struct object *object = push_object(L, kind);
    dress(L, object);
    return &object->handle;
}

struct tl_handle *object_reserve(lua_State *L)
{
    struct object *object = push_object(L, TL_KIND_NONE);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &reserved_key);
    lua_setmetatable(L, -2);
    return &object->handle;
}

/* Lua sees some dozen bytes, where an object has shared memory too: said here,
 * so that what is dropped is collected soon. */
static void weigh(lua_State *L)
{
    if (lua_gc(L, LUA_GCISRUNNING, 0) > 0)
        lua_gc(L, LUA_GCSTEP, 1);
}

/* Enters the object at the top among those that are known. */
static void remember(lua_State *L)
{
    struct object *object = lua_touserdata(L, -1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &known_key);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, (lua_Integer)tl_handle_ref(&object->handle));
    lua_pop(L, 1);
}

/* Pushes the object that is known for the reference, or nothing. */
static bool recall(lua_State *L, tl_ref ref)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &known_key);
    lua_rawgeti(L, -1, (lua_Integer)ref);
    lua_remove(L, -2);
    struct object *object = object_at(L, -1);
    if (object && object->handle.object)
        return true;
    lua_pop(L, 1);
    return false;
}

void object_made(lua_State *L, int index, const char *call, int status)
{
    lua_pushvalue(L, index);
    if (status < 0)
        failure(L, NULL, call, status);
    remember(L);
    lua_pop(L, 1);
    weigh(L);
}

void object_settle(lua_State *L)
{
    struct object *object = lua_touserdata(L, -1);
    if (recall(L, tl_handle_ref(&object->handle))) {
        tl_handle_close(&object->handle);
        lua_remove(L, -2);
        return;
    }
    dress(L, object);
    remember(L);
}

/* An end that this process merely inherited counts as held from the moment it
 * is received: its sender may be about to close its own. */
static void renew(struct object *known, struct tl_handle *received)
{
    struct tl_handle old = known->handle;
    known->handle = *received;
    *received = old;
    tl_handle_close(received);
}

void object_push(lua_State *L, tl_ref ref)
{
    struct object *known = NULL;
    if (recall(L, tl_ref_identity(ref))) {
        known = lua_touserdata(L, -1);
        if (known->handle.kind != TL_KIND_PIPE)
            return;
    }
    struct tl_handle *handle = object_reserve(L);
    int status = tl_handle_open(handle, ref);
    if (status < 0)
        luaL_error(L, "cannot receive an object: %s", tl_status_text(status));
    if (known) {
        renew(known, handle);
        lua_pop(L, 1);
    } else {
        object_settle(L);
    }
}

void object_class(lua_State *L, enum tl_kind_id kind,
                  const struct class *class)
{
    classes[kind] = class;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &known_key);
    if (lua_isnil(L, -1)) {
        lua_newtable(L);
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "v");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &known_key);
        lua_createtable(L, 0, 1);
        set_function(L, "__gc", object_gc);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &reserved_key);
    }
    lua_pop(L, 1);
    if (!class->properties || class->made_often) {
        push_metatable(L, kind, NULL);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &class_keys[kind]);
    }
}

/* ---- results ---- */

void support_interactive(bool on)
{
    interactive = on;
}

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

/* Raises the message at the top at the script's line. */
static int raise_here(lua_State *L)
{
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
        const char *old = object_of(handle)->title;
        tl_title(handle, title, sizeof title);
        lua_pushfstring(L, "%s: ", old ? old : title);
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
    char text[512];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    push_prefix(L, handle, call);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    return raise_here(L);
}

/* What to do instead, where the status itself does not say it.  A row of the
 * kind stands before one of any kind (TL_KIND_NONE). */
static const struct {
    int status;
    enum tl_kind_id kind;
    const char *text;
} advices[] = {
    {TL_NOT_HOLDER, TL_KIND_NONE,
     "only the task that acquired it can release it"},
    {TL_HELD, TL_KIND_VALUE,
     "in update, use what the function is given and what it returns"},
    {TL_HELD, TL_KIND_NONE,
     "a lock is not re-entrant: release it first, or use rlock"},
    {TL_OVER, TL_KIND_NONE, "release only what was acquired"},
    {TL_TOO_MANY_DONE, TL_KIND_NONE,
     "call it once for each item that get returned"},
    {TL_WRONG_END, TL_KIND_NONE,
     "of ipc.pipe{ duplex = false } the first end receives and the second "
     "sends"},
    {TL_STARTED, TL_KIND_NONE, "a process starts once: make a new one"},
    {TL_NOT_STARTED, TL_KIND_NONE, "call start first"},
    {TL_SELF, TL_KIND_NONE, "another task can"},
    {TL_ENDED, TL_KIND_NONE, "ask is_alive first"},
    {TL_DROPPED, TL_KIND_NONE, "it cannot be used any more in this process"},
    {TL_NOT_PARENT, TL_KIND_NONE,
     "start it where it was made, or make it here"},
    {TL_UNORDERED, TL_KIND_NONE, "make it with order = \"priority\""},
    {TL_NO_MEMORY, TL_KIND_NONE,
     "let others drain or drop what they hold, or run with a larger one"},
    {TL_NO_TASKS, TL_KIND_NONE,
     "join what has ended, or run with a larger one"},
};

static const char *advice(int status, const struct tl_handle *handle)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].status == status &&
            (advices[i].kind == TL_KIND_NONE ||
             (handle && advices[i].kind == handle->kind)))
            return advices[i].text;
    return NULL;
}

/* Nobody can ever go on: the program ends here, with the report. */
static int stuck(lua_State *L)
{
    const char *report = tl_report_stuck();
    if (interactive) {
        lua_pushstring(L, report);
        return raise_here(L);
    }
    fflush(NULL);
    char text[20000];
    int size = snprintf(text, sizeof text, "tidelock: %s", report);
    tl_output(2, text, (size_t)size < sizeof text ? (size_t)size
                                                  : sizeof text - 1);
    tl_family_signal(SIGKILL);
    _exit(3);
}

int failure(lua_State *L, const struct tl_handle *handle, const char *call,
            int status)
{
    const char *what = advice(status, handle);
    switch (status) {
    case TL_STUCK:
        return stuck(L);
    case TL_INTERRUPTED:
        return misuse(L, NULL, NULL, "interrupted!");
    case TL_DEADLOCK:
        return misuse(L, NULL, NULL, "deadlock: %s", tl_deadlock_text());
    case TL_DAEMON:
        return misuse(L, NULL, NULL, "%s", tl_status_text(status));
    case TL_HELD:
        return misuse(L, handle, call, "deadlock: %s; %s",
                      tl_status_text(status), what);
    case TL_SYSTEM:
        return misuse(L, handle, call, "%s: %m", tl_status_text(status));
    default:
        return misuse(L, handle, call, "%s%s%s", tl_status_text(status),
                      what ? "; " : "", what ? what : "");
    }
}

int result_slow(lua_State *L, const struct tl_handle *handle, const char *call,
                int status)
{
    switch (status) {
    case TL_ABANDONED:
        lua_pushboolean(L, 1);
        lua_pushliteral(L, "abandoned");
        return 2;
    case TL_TIMEOUT:
    case TL_FULL:
    case TL_EMPTY:
    case TL_CLOSED:
    case TL_BROKEN:
        lua_pushnil(L);
        lua_pushstring(L, tl_status_text(status));
        return 2;
    default:
        return failure(L, handle, call, status);
    }
}

/* ---- arguments ---- */

tl_deadline check_deadline_slow(lua_State *L, int index,
                                const struct tl_handle *handle,
                                const char *call)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        misuse(L, handle, call,
               "the timeout must be a number of seconds or nil, not a %s",
               luaL_typename(L, index));
    double seconds = lua_tonumber(L, index);
    if (isnan(seconds))
        misuse(L, handle, call, "the timeout is not a number (NaN)");
    return tl_deadline_in(seconds);
}

lua_Integer check_integer(lua_State *L, int index,
                          const struct tl_handle *handle, const char *call,
                          const char *what, lua_Integer least,
                          lua_Integer most)
{
    int is_integer;
    lua_Integer n = lua_tointegerx(L, index, &is_integer);
    if (lua_type(L, index) != LUA_TNUMBER || !is_integer || n < least ||
        n > most)
        misuse(L, handle, call, "%s must be an integer from %lld to %lld, "
               "not %s", what, (long long)least, (long long)most,
               lua_isnone(L, index) ? "nil" : luaL_tolstring(L, index, NULL));
    return n;
}

static bool is_known(const char *const *names, const char *name)
{
    for (; name && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* "maxsize, order, name" */
static const char *push_names(lua_State *L, const char *const *names)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (const char *const *name = names; *name; name++) {
        luaL_addstring(&buffer, name == names ? "" : ", ");
        luaL_addstring(&buffer, *name);
    }
    luaL_pushresult(&buffer);
    return lua_tostring(L, -1);
}

static void check_unknown(lua_State *L, const char *call,
                          const char *const *names)
{
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        const char *name = lua_type(L, -1) == LUA_TSTRING
                               ? lua_tostring(L, -1)
                               : NULL;
        if (is_known(names, name))
            continue;
        const char *shown = luaL_tolstring(L, -1, NULL);
        misuse(L, NULL, call, "unknown option \"%s\"; there are: %s", shown,
               push_names(L, names));
    }
}

void check_options(lua_State *L, const char *call, const char *const *names)
{
    int count = 0;
    while (names[count])
        count++;
    if (lua_type(L, 1) == LUA_TTABLE && lua_gettop(L) == 1) {
        check_unknown(L, call, names);
        for (int i = 0; i < count; i++)
            lua_getfield(L, 1, names[i]);
        lua_remove(L, 1);
        return;
    }
    if (lua_gettop(L) > count)
        misuse(L, NULL, call, "%d arguments given; there are: %s",
               lua_gettop(L), push_names(L, names));
    lua_settop(L, count);
}

const char *check_name(lua_State *L, int index, const char *call)
{
    if (lua_isnil(L, index))
        return NULL;
    if (lua_type(L, index) != LUA_TSTRING)
        misuse(L, NULL, call, "the name must be a string, not a %s",
               luaL_typename(L, index));
    return lua_tostring(L, index);
}

/* ---- messages ---- */

static int decode(lua_State *L)
{
    struct tl_parcel *parcel = lua_touserdata(L, 1);
    return codec_decode(L, parcel->data, parcel->size, parcel->refs,
                        parcel->ref_count, CODEC_ALL);
}

/* A restart forgets what was allocated meanwhile; without the step, garbage of
 * large messages would grow faster than it is collected. */
static void go_on_collecting(lua_State *L, size_t size)
{
    lua_gc(L, LUA_GCRESTART, 0);
    if (size >= 1024)
        lua_gc(L, LUA_GCSTEP, size < INT_MAX ? (int)(size / 1024) : INT_MAX);
}

/* A parcel that owns a block is dropped whatever decoding does, and no
 * finalizer may receive in between. */
static int receive_block(lua_State *L, struct tl_parcel *parcel)
{
    int base = lua_gettop(L);
    size_t weight = parcel->size + 1024 * parcel->ref_count;
    bool running = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, decode);
    lua_pushlightuserdata(L, parcel);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    tl_parcel_drop(parcel);
    if (running)
        go_on_collecting(L, weight);
    if (status == LUA_OK)
        return lua_gettop(L) - base;
    return lua_type(L, -1) == LUA_TSTRING ? raise_here(L) : lua_error(L);
}

int receive(lua_State *L, struct tl_parcel *parcel)
{
    if (parcel->block)
        return receive_block(L, parcel);
    if (parcel->size == 0)
        return 0; /* a process that returned nothing */
    return codec_decode(L, parcel->data, parcel->size, parcel->refs,
                        parcel->ref_count, CODEC_ALL);
}

void encode(lua_State *L, const struct tl_handle *handle, const char *call,
            int first, int count, const char *root, struct codec_out *out)
{
    if (codec_encode(L, first, count, root, out))
        return;
    misuse(L, handle, call, "%s", lua_tostring(L, -1));
}
