#include "process/inherited_ends.h"

#include <stdlib.h>
#include <string.h>

#include "lua/userdata.h"

#define DEPTH_MOST 100

/* A walk through values.  The table at stack index `seen` has as keys every
 * table and function that it has entered, and every end that it has found. */
struct walk {
    lua_State *L;
    int seen;
    int depth;
    size_t count; /* of ends */
};

static void walk_value(struct walk *walk, int index);

/* Notes the value; false: it was noted before. */
static bool enter(struct walk *walk, int index)
{
    lua_State *L = walk->L;
    lua_pushvalue(L, index);
    bool known = lua_rawget(L, walk->seen) != LUA_TNIL;
    lua_pop(L, 1);
    if (known)
        return false;
    lua_pushvalue(L, index);
    lua_pushboolean(L, 1);
    lua_rawset(L, walk->seen);
    return true;
}

/* Whether the table is the globals or a loaded module, which every process has.
 */
static bool is_shared(lua_State *L, int index)
{
    const void *table = lua_topointer(L, index);
    int top = lua_gettop(L);
    lua_pushglobaltable(L);
    bool shared = lua_topointer(L, -1) == table;
    lua_getfield(L, LUA_REGISTRYINDEX, "_LOADED");
    lua_pushnil(L);
    while (!shared && lua_next(L, -2)) {
        shared = lua_topointer(L, -1) == table;
        lua_pop(L, 1);
    }
    lua_settop(L, top);
    return shared;
}

static void walk_table(struct walk *walk, int index)
{
    lua_State *L = walk->L;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        walk_value(walk, lua_gettop(L));
        walk_value(walk, lua_gettop(L) - 1);
        lua_pop(L, 1);
    }
}

static void walk_upvalues(struct walk *walk, int index)
{
    lua_State *L = walk->L;
    for (int n = 1; lua_getupvalue(L, index, n); n++) {
        walk_value(walk, lua_gettop(L));
        lua_pop(L, 1);
    }
}

static void walk_value(struct walk *walk, int index)
{
    lua_State *L = walk->L;
    int type = lua_type(L, index);
    if (type == LUA_TUSERDATA) {
        struct tl_handle *handle = object_test(L, index);
        if (handle && handle->kind == TL_KIND_PIPE && enter(walk, index))
            walk->count++;
        return;
    }
    if ((type != LUA_TTABLE && type != LUA_TFUNCTION) ||
        walk->depth >= DEPTH_MOST || !lua_checkstack(L, 8) ||
        (type == LUA_TTABLE && is_shared(L, index)) || !enter(walk, index))
        return;
    walk->depth++;
    if (type == LUA_TTABLE)
        walk_table(walk, index);
    else
        walk_upvalues(walk, index);
    walk->depth--;
}

const struct tl_handle *const *inherited_ends_find(lua_State *L, int index,
                                                   size_t *count)
{
    lua_createtable(L, 0, 4);
    struct walk walk = {.L = L, .seen = lua_gettop(L)};
    walk_value(&walk, index);
    const struct tl_handle **list =
        lua_newuserdatauv(L, (walk.count + 1) * sizeof *list, 1);
    size_t n = 0;
    lua_pushnil(L);
    while (lua_next(L, walk.seen)) {
        lua_pop(L, 1);
        /* not what a finalizer has closed since it was found */
        list[n] = object_test(L, -1);
        n += list[n] != NULL;
    }
    lua_remove(L, walk.seen);
    *count = n;
    return list;
}
