#include "objects/table_update.h"

#include "lua/support.h"
#include "lua/traceback.h"
#include "objects/table_entry.h"

/* Pushes what `add` counts from where the key is not there: `init` of the
 * options at index, or 0. */
static void push_init(lua_State *L, int index, const struct tl_handle *table)
{
    lua_pushinteger(L, 0);
    if (!lua_istable(L, index))
        return;
    lua_pushliteral(L, "init");
    lua_rawget(L, index);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    if (lua_type(L, -1) != LUA_TNUMBER)
        misuse(L, table, "add", "init must be a number, not %s",
               shown_a_type(L, -1));
    lua_remove(L, -2);
}

/* Adds, while no other task writes.  Stack: the table, the key, what to add,
 * the options or nil.  Leaves the new number at the top. */
static int add_held(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    tl_deadline end;
    table_entry_get(L, table, "add", 2, &end, true);
    if (lua_isnil(L, 5)) {
        lua_settop(L, 4);
        push_init(L, 4, table);
        end = table_entry_check_end(L, 4, table, "add");
    }
    if (lua_type(L, 5) != LUA_TNUMBER)
        return misuse(L, table, "add",
                      "the value of the key is no number, but a %s",
                      luaL_typename(L, 5));
    lua_pushvalue(L, 3);
    lua_arith(L, LUA_OPADD);
    table_entry_set(L, table, "add", 2, 5, end, true);
    return 1;
}

/* Updates, while no other task writes.  Stack: the table, the key, the
 * function, anything.  Leaves the new value at the top. */
static int update_held(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    tl_deadline end;
    lua_settop(L, 3);
    lua_pushvalue(L, 3);
    table_entry_get(L, table, "update", 2, &end, true);
    lua_call(L, 1, LUA_MULTRET);
    if (lua_gettop(L) == 3)
        return misuse(L, table, "update",
                      "the function must return the new value; nil removes "
                      "the key");
    lua_settop(L, 4);
    table_entry_set(L, table, "update", 2, 4, end, true);
    return 1;
}

/* Calls the function of the change with the four arguments while no other task
 * can write to the table; lets others write again before it raises anything. */
static int held(lua_State *L, const struct tl_handle *table, const char *call,
                enum tl_table_change change, tl_deadline deadline)
{
    traceback_push_note(L);
    lua_pushcfunction(L, change == TL_TABLE_ADD ? add_held : update_held);
    for (int i = 1; i <= 4; i++)
        lua_pushvalue(L, i);
    int status = tl_table_begin(table, change, deadline);
    if (status < 0)
        return result(L, table, call, status);
    status = lua_pcall(L, 4, 1, 5);
    tl_table_end(table);
    return status == LUA_OK ? 1 : lua_error(L);
}

int table_update_add(lua_State *L)
{
    static const char *const names[] = {"init", "ttl", NULL};
    struct tl_handle *table = table_entry_check(L);
    check_method(L, 3, "add");
    table_entry_check_key(L, 2, table, "add");
    if (lua_type(L, 3) != LUA_TNUMBER)
        return misuse(L, table, "add",
                      "what is to be added must be a number, not %s",
                      shown_a_type(L, 3));
    lua_settop(L, 4);
    table_entry_check_options(L, 4, table, "add", names);
    table_entry_check_end(L, 4, table, "add");
    push_init(L, 4, table);
    lua_settop(L, 4);
    return held(L, table, "add", TL_TABLE_ADD, TL_FOREVER);
}

int table_update(lua_State *L)
{
    struct tl_handle *table = table_entry_check(L);
    check_method(L, 3, "update");
    table_entry_check_key(L, 2, table, "update");
    if (lua_type(L, 3) != LUA_TFUNCTION)
        return misuse(L, table, "update", "a function is expected, not %s",
                      shown_a_type(L, 3));
    tl_deadline deadline = check_deadline(L, 4, table, "update");
    lua_settop(L, 3);
    lua_pushnil(L);
    return held(L, table, "update", TL_TABLE_UPDATE, deadline);
}
