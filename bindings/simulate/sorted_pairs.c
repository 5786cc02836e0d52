/*
 * The iterator is a closure with a list of keys.  It fills the list when it is
 * called without a key, and then knows by a position in it which key comes
 * next; whoever gives it another key than it has given out costs a search.
 */
#include "simulate/sorted_pairs.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "simulate/wrap.h"

enum upvalue { KEYS = 1, TABLE, POSITION, UPVALUES = POSITION };

/* The classes of keys, in their order. */
enum rank { INTEGER, FLOAT, STRING, BOOLEAN, OTHER };

struct key {
    enum rank rank;
    union {
        lua_Integer integer; /* of a boolean, too */
        lua_Number number;
        const char *text; /* the list of keys holds it */
        const void *address;
    };
    size_t size; /* of the text */
    int index;   /* in the list that is not sorted */
};

static lua_CFunction stock;

/* ---- the order ---- */

static int compare_integers(lua_Integer a, lua_Integer b)
{
    return (a > b) - (a < b);
}

static int compare_numbers(lua_Number a, lua_Number b)
{
    return (a > b) - (a < b);
}

/* The float is no whole number in the range of integers: it would be one.  So
 * the two are never equal. */
static int compare_mixed(lua_Integer a, lua_Number b)
{
    if (b >= 0x1p63)
        return -1;
    if (b < -0x1p63)
        return 1;
    return a <= (lua_Integer)floor(b) ? -1 : 1;
}

static int compare_texts(const struct key *a, const struct key *b)
{
    int order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static int compare(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    if (a->rank == INTEGER && b->rank == FLOAT)
        return compare_mixed(a->integer, b->number);
    if (a->rank == FLOAT && b->rank == INTEGER)
        return -compare_mixed(b->integer, a->number);
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    switch (a->rank) {
    case FLOAT:
        return compare_numbers(a->number, b->number);
    case STRING:
        return compare_texts(a, b);
    case OTHER:
        return ((uintptr_t)a->address > (uintptr_t)b->address) -
               ((uintptr_t)a->address < (uintptr_t)b->address);
    default:
        return compare_integers(a->integer, b->integer);
    }
}

/* Reads the key at the top; it must not be turned into a string by that. */
static void read_key(lua_State *L, struct key *key)
{
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        key->rank = lua_isinteger(L, -1) ? INTEGER : FLOAT;
        if (key->rank == INTEGER)
            key->integer = lua_tointeger(L, -1);
        else
            key->number = lua_tonumber(L, -1);
        break;
    case LUA_TSTRING:
        key->rank = STRING;
        key->text = lua_tolstring(L, -1, &key->size);
        break;
    case LUA_TBOOLEAN:
        key->rank = BOOLEAN;
        key->integer = lua_toboolean(L, -1);
        break;
    default:
        key->rank = OTHER;
        key->address = lua_topointer(L, -1);
    }
}

/* ---- the list ---- */

/* Pushes the list of the keys of the table at 1, in the order of next; returns
 * how many there are. */
static int push_keys(lua_State *L)
{
    int count = 0;
    lua_newtable(L);
    int list = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, list, ++count);
    }
    return count;
}

/* Sorts the descriptions of the keys in the list at `list`; false: they are in
 * order already. */
static bool sort(lua_State *L, int list, struct key *keys, int count)
{
    bool sorted = true;
    for (int i = 0; i < count; i++) {
        lua_rawgeti(L, list, i + 1);
        read_key(L, &keys[i]);
        keys[i].index = i + 1;
        lua_pop(L, 1);
        sorted = sorted && (i == 0 || compare(&keys[i - 1], &keys[i]) < 0);
    }
    if (!sorted)
        qsort(keys, (size_t)count, sizeof *keys, compare);
    return !sorted;
}

/* Pushes the sorted list of the keys of the table at 1. */
static void push_sorted(lua_State *L)
{
    int count = push_keys(L), list = lua_gettop(L);
    if (count < 2)
        return;
    /* a userdata: no error of memory leaks it */
    struct key *keys = lua_newuserdata(L, (size_t)count * sizeof *keys);
    if (sort(L, list, keys, count)) {
        lua_createtable(L, count, 0);
        for (int i = 0; i < count; i++) {
            lua_rawgeti(L, list, keys[i].index);
            lua_rawseti(L, -2, i + 1);
        }
        lua_replace(L, list);
    }
    lua_settop(L, list);
}

/* ---- the iterator ---- */

static void begin(lua_State *L)
{
    push_sorted(L);
    lua_replace(L, lua_upvalueindex(KEYS));
    lua_pushvalue(L, 1);
    lua_replace(L, lua_upvalueindex(TABLE));
}

/* Whether the key at 2 stands at that position of the list. */
static bool is_at(lua_State *L, lua_Integer position)
{
    lua_rawgeti(L, lua_upvalueindex(KEYS), position);
    bool is = lua_rawequal(L, -1, 2);
    lua_pop(L, 1);
    return is;
}

/* The position of the key at 2, or -1. */
static lua_Integer find(lua_State *L)
{
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(POSITION));
    if (!lua_rawequal(L, 1, lua_upvalueindex(TABLE)))
        return -1;
    if (is_at(L, last))
        return last;
    lua_Integer count = (lua_Integer)lua_rawlen(L, lua_upvalueindex(KEYS));
    for (lua_Integer i = 1; i <= count; i++)
        if (is_at(L, i))
            return i;
    return -1;
}

/* Pushes the first field at or after the position that is still there. */
static int push_from(lua_State *L, lua_Integer position)
{
    while (lua_rawgeti(L, lua_upvalueindex(KEYS), position) != LUA_TNIL) {
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) {
            lua_pushinteger(L, position);
            lua_replace(L, lua_upvalueindex(POSITION));
            return 2;
        }
        lua_pop(L, 2);
        position++;
    }
    return 1;
}

static int iterate(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    lua_Integer last = 0;
    if (lua_isnil(L, 2))
        begin(L);
    else if ((last = find(L)) < 0)
        return lua_next(L, 1) ? 2 : (lua_pushnil(L), 1);
    return push_from(L, last + 1);
}

static bool is_plain(lua_State *L)
{
    if (!lua_istable(L, 1))
        return false;
    if (luaL_getmetafield(L, 1, "__pairs") == LUA_TNIL)
        return true;
    lua_pop(L, 1);
    return false;
}

static int pairs(lua_State *L)
{
    if (!is_plain(L))
        return stock(L);
    lua_newtable(L);
    lua_pushnil(L);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, iterate, UPVALUES);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

void sorted_pairs_open(lua_State *L)
{
    static const struct wrap rows[] = {{"pairs", &stock, pairs},
                                       {NULL, NULL, NULL}};
    wrap_library(L, "_G", rows);
}
