/* ipc.table: see data/table.h. */
#include <string.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/table_entry.h"
#include "objects/table_update.h"

static int get(lua_State *L, const struct tl_handle *table, const char *call,
               int index)
{
    tl_deadline end;
    return table_entry_get(L, table, call, index, &end, false);
}

/* ---- methods ---- */

static int table_get(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    check_method(L, 1, "get");
    return get(L, table, "get", 2);
}

static int table_set(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    check_method(L, 3, "set");
    if (lua_isnone(L, 3))
        return misuse(L, table, "set",
                      "a key and a value are expected; nil removes the key");
    static const char *const names[] = {"ttl", NULL};
    table_entry_check_options(L, 4, table, "set", names);
    table_entry_set(L, table, "set", 2, 3,
                    table_entry_check_end(L, 4, table, "set"), false);
    lua_pushboolean(L, 1);
    return 1;
}

static void push_key(lua_State *L, const struct tl_key *key)
{
    switch (key->type) {
    case TL_KEY_STRING:
        lua_pushlstring(L, key->string.data, key->string.size);
        break;
    case TL_KEY_INTEGER:
        lua_pushinteger(L, key->i);
        break;
    case TL_KEY_FLOAT:
        lua_pushnumber(L, key->f);
        break;
    case TL_KEY_BOOLEAN:
        lua_pushboolean(L, key->b);
    }
}

/* Pushes a list of the keys, in the order in which they were set first. */
static void push_keys(lua_State *L, const struct tl_handle *table,
                      const char *call)
{
    size_t size = 1024;
    const void *at = lua_newuserdatauv(L, size, 1);
    int64_t needed = tl_table_keys(table, lua_touserdata(L, -1), size);
    while (needed > (int64_t)size) { /* it may grow meanwhile */
        size = (size_t)needed + (size_t)needed / 4;
        lua_pop(L, 1);
        at = lua_newuserdatauv(L, size, 1);
        needed = tl_table_keys(table, lua_touserdata(L, -1), size);
    }
    if (needed < 0)
        result_failure(L, table, call, (int)needed);
    const char *end = (const char *)at + needed;
    lua_newtable(L);
    for (lua_Integer n = 1; (const char *)at < end; n++) {
        struct tl_key key;
        at = tl_key_read(at, &key);
        push_key(L, &key);
        lua_rawseti(L, -2, n);
    }
    lua_remove(L, -2);
}

static int table_keys(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    check_method(L, 0, "keys");
    push_keys(L, table, "keys");
    return 1;
}

static const luaL_Reg methods[] = {
    {"get", table_get},       {"set", table_set},   {"add", table_update_add},
    {"update", table_update}, {"keys", table_keys}, {NULL, NULL}};

/* ---- metamethods ---- */

/* Upvalue: the methods. */
static int table_index(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    if (lua_type(L, 2) == LUA_TSTRING) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            return 1;
        lua_settop(L, 2);
    }
    return get(L, table, NULL, 2);
}

/* Raises for a key that has the name of a method: it would be read back as
 * that. */
static void check_no_method(lua_State *L, int index,
                            const struct tl_handle *table, const char *call)
{
    if (lua_type(L, index) != LUA_TSTRING)
        return;
    const char *key = lua_tostring(L, index);
    for (const luaL_Reg *method = methods; method->name; method++)
        if (strcmp(method->name, key) == 0)
            misuse(L, table, call,
                   "\"%s\" is the name of a method: write such a key by "
                   "t:set(\"%s\", value), and read it by t:get(\"%s\"); "
                   "methods there are: get, set, add, update, keys",
                   key, key, key);
}

static int table_newindex(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    check_no_method(L, 2, table, NULL);
    table_entry_set(L, table, NULL, 2, 3, TL_FOREVER, false);
    return 0;
}

static int table_len(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    int64_t length = tl_table_length(table);
    if (length < 0)
        return result_failure(L, table, NULL, (int)length);
    lua_pushinteger(L, (lua_Integer)length);
    return 1;
}

/* The step of pairs.  Upvalues: the list of keys, and how many of them it has
 * gone through. */
static int next_pair(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    lua_Integer n = lua_tointeger(L, lua_upvalueindex(2));
    for (;;) {
        lua_settop(L, 1);
        if (lua_rawgeti(L, lua_upvalueindex(1), ++n) == LUA_TNIL)
            return 1;
        get(L, table, "pairs", 2);
        if (!lua_isnil(L, 3))
            break; /* else the key was removed meanwhile */
    }
    lua_pushinteger(L, n);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

static int table_pairs(lua_State *L)
{
    push_keys(L, table_entry_check(L), "pairs");
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 2);
    lua_pushvalue(L, 1);
    return 2;
}

/* ---- making one ---- */

/* Whether the only argument is a table of options, { init = {...}, name = },
 * and not the contents themselves. */
static bool has_options(lua_State *L)
{
    lua_pushliteral(L, "init");
    bool options = lua_rawget(L, 1) == LUA_TTABLE;
    lua_settop(L, 1);
    lua_pushnil(L);
    while (options && lua_next(L, 1)) {
        lua_pop(L, 1);
        const char *key =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
        options = strcmp(key, "init") == 0 || strcmp(key, "name") == 0;
    }
    lua_settop(L, 1);
    return options;
}

/* Sets every key of the contents at `init`. */
static void fill(lua_State *L, const struct tl_handle *table, int init)
{
    lua_pushnil(L);
    while (lua_next(L, init)) {
        int value = lua_gettop(L);
        check_no_method(L, value - 1, table, "table");
        table_entry_set(L, table, "table", value - 1, value, TL_FOREVER, true);
        lua_settop(L, value - 1);
    }
}

/* From contents to { init = contents }. */
static void wrap_contents(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_insert(L, 1);
    lua_setfield(L, 1, "init");
}

static int table_new(lua_State *L)
{
    static const char *const names[] = {"init", "name", NULL};
    if (lua_gettop(L) == 1 && lua_istable(L, 1) && !has_options(L))
        wrap_contents(L);
    check_options(L, "table", names);
    if (!lua_isnil(L, 1) && !lua_istable(L, 1))
        return misuse(L, NULL, "table", "the contents must be a table, not %s",
                      shown_a_type(L, 1));
    const char *name = check_name(L, 2, "table");
    struct tl_handle *table = object_new(L, TL_KIND_TABLE);
    bool tried = false;
    int status;
    bool filled = !lua_isnil(L, 1);
    bool late = filled && object_named_late(table, name);
    do
        status = tl_table_new(table, late ? NULL : name);
    while (result_try_again(L, status, &tried));
    if (status == TL_OK && filled && (late || !table->arena))
        fill(L, table, 1);
    if (status == TL_OK && late)
        status = tl_space_enter(table, name);
    object_made(L, -1, "table", status);
    return 1;
}

static const luaL_Reg metamethods[] = {
    {"__len", table_len}, {"__pairs", table_pairs}, {NULL, NULL}};
static const struct class table_class = {.methods = methods,
                                         .metamethods = metamethods,
                                         .newindex = table_newindex,
                                         .index = table_index};

void table_open(lua_State *L)
{
    object_class(L, TL_KIND_TABLE, &table_class);
    lua_pushcfunction(L, table_new);
    lua_setfield(L, -2, "table");
}
