#include "lua/userdata.h"

#include <stdlib.h>
#include <string.h>

#include "lua/support.h"

/* Keys in the registry. */
static char known_key;            /* weak table: ref -> userdata */
static char reserved_key;         /* metatable of what is reserved */
static char class_keys[TL_KINDS]; /* metatables, by kind */

/* The same in all Lua states of the process; the first one writes it. */
static const struct class *classes[TL_KINDS];

static void (*wrapper)(lua_State *L); /* of metatables; NULL: none */

struct tl_handle *object_check_slow(lua_State *L, int index,
                                    enum tl_kind_id kind)
{
    misuse_wrong_object(L, index, tl_kind_name(kind));
    return NULL;
}

static int object_gc(lua_State *L)
{
    struct object *object = object_at(L, 1);
    if (!object)
        return 0;
    tl_handle_close(&object->handle);
    if (object->closed)
        tl_handle_close(&object->closed->kept);
    free(object->closed);
    object->closed = NULL;
    return 0;
}

void object_close(struct tl_handle *handle)
{
    struct object *object = object_of(handle);
    if (!handle->object)
        return;
    struct closed *closed = calloc(1, sizeof *closed);
    if (closed)
        tl_title(handle, closed->title, sizeof closed->title);
    tl_fd_end(handle);
    if (closed && tl_idle_running())
        tl_handle_retire(&closed->kept, handle);
    else
        tl_handle_close(handle);
    object->closed = closed;
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
    if (object->closed) {
        lua_pushfstring(L, "%s: closed", object->closed->title);
        return 1;
    }
    tl_describe(&object->handle, text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

static int object_eq(lua_State *L)
{
    struct object *a = object_at(L, 1), *b = object_at(L, 2);
    lua_pushboolean(L,
                    a && b && a->handle.object &&
                        tl_handle_ref(&a->handle) == tl_handle_ref(&b->handle));
    return 1;
}

/* "acquire, release, holder" */
static const char *push_fields(lua_State *L, const struct class *class)
{
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    shown_add_methods(&buffer, class->methods);
    for (const struct property *property = class->properties;
         property && property->name; property++) {
        luaL_addstring(&buffer, ", ");
        luaL_addstring(&buffer, property->name);
    }
    luaL_pushresult(&buffer);
    return lua_tostring(L, -1);
}

/* The name at 2 is no method; object: NULL where the kind has no properties. */
static int push_field(lua_State *L, enum tl_kind_id kind, struct object *object)
{
    const struct property *property = classes[kind]->properties;
    const char *name = shown_text(L, 2);
    for (; object && property->name; property++) {
        if (strcmp(property->name, name) == 0) {
            context_set(L);
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

/* The __index of a table of methods.  Upvalues: the kind, and the object, or
 * nil where the kind has no properties. */
static int object_field(lua_State *L)
{
    return push_field(L, kind_in_upvalue(L),
                      lua_touserdata(L, lua_upvalueindex(2)));
}

static int object_newindex(lua_State *L)
{
    struct object *object = object_at(L, 1);
    return misuse(L, object ? &object->handle : NULL, NULL,
                  "the field \"%s\" cannot be set; an object is changed by "
                  "its methods",
                  shown_text(L, 2));
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

/* Gives the table of methods at the top object_field as its __index. */
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
    if (class->index) {
        lua_pushcclosure(L, class->index, 1);
    } else if (class->made_often) {
        lua_pushinteger(L, kind);
        lua_insert(L, -2);
        lua_pushcclosure(L, object_index, 2);
    } else {
        put_fields_behind(L, kind, object);
    }
    lua_setfield(L, -2, "__index");
    if (wrapper)
        wrapper(L);
}

void object_wrap_with(lua_State *L, void (*wrap)(lua_State *L))
{
    wrapper = wrap;
    for (int kind = 0; kind < TL_KINDS; kind++) {
        if (lua_rawgetp(L, LUA_REGISTRYINDEX, &class_keys[kind]) == LUA_TTABLE)
            wrap(L);
        lua_pop(L, 1);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &known_key);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        if (lua_getmetatable(L, -1)) {
            wrap(L);
            lua_pop(L, 1);
        }
    lua_pop(L, 1);
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
    object->handle.arena = (uint16_t)context_making.space;
    object->handle.side = context_making.any ? TL_FIND_ANY : 0;
    return &object->handle;
}

struct tl_handle *object_reserve(lua_State *L)
{
    struct object *object = push_object(L, TL_KIND_NONE);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &reserved_key);
    lua_setmetatable(L, -2);
    return &object->handle;
}

/* Steps the collector.  Lua counts a few dozen bytes for an object and not its
 * shared memory: without this, what is dropped would be collected late. */
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

bool object_recall(lua_State *L, tl_ref ref)
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

bool object_named_late(const struct tl_handle *object, const char *name)
{
    struct tl_handle found = {0};
    if (object->arena == 0)
        return false;
    bool late = tl_space_find(object->arena, name, &found) == TL_EMPTY;
    tl_handle_close(&found);
    return late;
}

int object_mismatch(lua_State *L, struct tl_handle *handle, const char *call)
{
    char text[TL_TEXT_SIZE];
    tl_describe(handle, text, sizeof text);
    const char *space = tl_space_name(handle->arena);
    tl_handle_close(handle);
    return misuse(L, NULL, call,
                  "in the space \"%s\" there is another under this name: %s; "
                  "ask for that, or remove it with s:remove(name)",
                  space, text);
}

/* This task may know already what the space had: then that userdata takes the
 * place of the new one. */
static void replace_by_known(lua_State *L, int index)
{
    struct object *object = lua_touserdata(L, index);
    if (object_recall(L, tl_handle_ref(&object->handle))) {
        tl_handle_close(&object->handle);
        lua_replace(L, index);
    }
}

void object_made(lua_State *L, int index, const char *call, int status)
{
    index = lua_absindex(L, index);
    struct object *object = lua_touserdata(L, index);
    if (status == TL_OTHER_KIND || status == TL_OTHER_SHAPE)
        object_mismatch(L, &object->handle, call);
    if (status < 0)
        result_failure(L, NULL, call, status);
    if (object->handle.arena)
        replace_by_known(L, index);
    lua_pushvalue(L, index);
    remember(L);
    lua_pop(L, 1);
    weigh(L);
}

int object_make(lua_State *L, enum tl_kind_id kind,
                int (*make)(struct tl_handle *out, const char *name))
{
    static const char *const names[] = {"name", NULL};
    const char *call = tl_kind_name(kind);
    check_options(L, call, names);
    const char *name = check_name(L, 1, call);
    struct tl_handle *handle = object_new(L, kind);
    bool tried = false;
    int status;
    do
        status = make(handle, name);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, call, status);
    return 1;
}

void object_settle(lua_State *L)
{
    struct object *object = lua_touserdata(L, -1);
    if (object_recall(L, tl_handle_ref(&object->handle))) {
        tl_handle_close(&object->handle);
        lua_remove(L, -2);
        return;
    }
    dress(L, object);
    remember(L);
}

void object_class(lua_State *L, enum tl_kind_id kind, const struct class *class)
{
    if (classes[kind] != class)
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

void object_before_ready(const struct tl_handle *object)
{
    const struct class *class = classes[object->kind];
    if (class && class->before_ready)
        class->before_ready(object);
}
