#include "program/complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <readline/readline.h>

#define CHAIN_LONGEST 16 /* of __index tables: they may form a circle */

static lua_State *state;

/* Replaces the value on top by the table that its __index is; false, and pops
 * it, where there is none. */
static bool to_index_table(lua_State *L)
{
    if (!luaL_getmetafield(L, -1, "__index")) {
        lua_pop(L, 1);
        return false;
    }
    lua_remove(L, -2);
    if (lua_istable(L, -1))
        return true;
    lua_pop(L, 1);
    return false;
}

/* Replaces the value on top by the table that shows what can be written after
 * it: itself, or its __index.  False, and pops it, where there is none. */
static bool to_first_table(lua_State *L)
{
    return lua_istable(L, -1) || to_index_table(L);
}

/* Replaces the value on top by its field, or pops it and returns false. */
static bool to_field(lua_State *L, const char *name, size_t size)
{
    bool more = to_first_table(L);
    for (int i = 0; more && i < CHAIN_LONGEST; i++) {
        lua_pushlstring(L, name, size);
        lua_rawget(L, -2);
        if (!lua_isnil(L, -1)) {
            lua_remove(L, -2);
            return true;
        }
        lua_pop(L, 1);
        more = to_index_table(L);
    }
    if (more)
        lua_pop(L, 1);
    return false;
}

/* Adds to the list below the table on top those of its names that continue
 * `path` after the first `prefix` bytes. */
static void list_names(lua_State *L, const char *path, size_t prefix)
{
    const char *begun = path + prefix;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        bool named = lua_type(L, -2) == LUA_TSTRING;
        bool callable = lua_isfunction(L, -1);
        const char *name = named ? lua_tostring(L, -2) : "";
        lua_pop(L, 1);
        /* after a colon only functions make sense, and __names never do */
        if (!named || strncmp(name, begun, strlen(begun)) != 0 ||
            (prefix > 0 && path[prefix - 1] == ':' && !callable) ||
            (strncmp(name, "__", 2) == 0 && begun[0] != '_'))
            continue;
        lua_pushlstring(L, path, prefix);
        lua_pushstring(L, name);
        lua_concat(L, 2);
        lua_rawseti(L, -4, (lua_Integer)lua_rawlen(L, -4) + 1);
    }
}

/* Protected: the path, as light userdata; returns the list of candidates. */
static int list_candidates(lua_State *L)
{
    const char *path = lua_touserdata(L, 1);
    size_t at = 0;
    size_t size;
    lua_newtable(L);
    lua_pushglobaltable(L);
    while (path[at + (size = strcspn(path + at, ".:"))]) {
        if (!to_field(L, path + at, size))
            return 1;
        at += size + 1;
    }
    bool more = to_first_table(L);
    for (int i = 0; more && i < CHAIN_LONGEST; i++) {
        list_names(L, path, at);
        more = to_index_table(L);
    }
    lua_settop(L, 2);
    return 1;
}

/* The list of candidates is on the stack while readline asks. */
static char *next_candidate(const char *path, int asked_before)
{
    static lua_Integer n;
    (void)path;
    if (!asked_before)
        n = 0;
    lua_rawgeti(state, -1, ++n);
    const char *name = lua_tostring(state, -1);
    char *copy = name ? strdup(name) : NULL;
    lua_pop(state, 1);
    return copy;
}

static char **complete(const char *path, int start, int end)
{
    (void)start;
    (void)end;
    char **matches = NULL;
    rl_attempted_completion_over = 1; /* no names of files instead */
    rl_completion_append_character = '\0';
    if (!lua_checkstack(state, LUA_MINSTACK))
        return NULL;
    lua_pushcfunction(state, list_candidates);
    lua_pushlightuserdata(state, (void *)path);
    if (lua_pcall(state, 1, 1, 0) == LUA_OK)
        matches = rl_completion_matches(path, next_candidate);
    lua_pop(state, 1);
    return matches;
}

void complete_open(lua_State *L)
{
    state = L;
    rl_basic_word_break_characters = " \t\n\"\\'><=;+-*/%^~#&|{}()[],!?@$";
    rl_attempted_completion_function = complete;
}
