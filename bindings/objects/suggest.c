#include "objects/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lua/support.h"

enum { LONGEST = 40, MOST_WRONG = 2 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int price(char a, char b)
{
    return tolower((unsigned char)a) != tolower((unsigned char)b);
}

/* How many letters differ, are added or are missing (Levenshtein's distance).
 * `row` is one row of the usual table: the distances from the beginning of `a`
 * so far to each beginning of `b`. */
static int distance(const char *a, const char *b)
{
    int row[LONGEST + 1];
    size_t size = strlen(a), length = strlen(b);
    if (size > LONGEST || length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length; j++)
        row[j] = (int)j;
    for (size_t i = 0; i < size; i++) {
        int diagonal = row[0];
        row[0] = (int)i + 1;
        for (size_t j = 0; j < length; j++) {
            int above = row[j + 1];
            row[j + 1] =
                least(least(above, row[j]) + 1, diagonal + price(a[i], b[j]));
            diagonal = above;
        }
    }
    return row[length];
}

const char *suggest_name(lua_State *L, int index, const char *name)
{
    int best = least(MOST_WRONG, (int)strlen(name) / 2) + 1;
    index = lua_absindex(L, index);
    lua_pushnil(L); /* the name so far */
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            continue;
        const char *key = lua_tostring(L, -1);
        int wrong = distance(name, key);
        if (strlen(name) > 2 && strncasecmp(name, key, strlen(name)) == 0)
            wrong = least(wrong, MOST_WRONG - 1); /* the key begins so */
        if (wrong < best) {
            best = wrong;
            lua_copy(L, -1, -2);
        }
    }
    return lua_tostring(L, -1);
}

/* The least of the names in the table at 1 that is greater than `last`. */
static const char *next_name(lua_State *L, const char *last)
{
    const char *next = NULL;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            continue;
        const char *name = lua_tostring(L, -1);
        if (strcmp(name, last) > 0 && (!next || strcmp(name, next) < 0))
            next = name; /* kept by the table */
    }
    return next;
}

static const char *push_all(lua_State *L)
{
    lua_pushliteral(L, "");
    const char *name = "_VERSION";
    for (bool first = true; (name = next_name(L, name)); first = false) {
        lua_pushfstring(L, "%s%s", first ? "" : ", ", name);
        lua_concat(L, 2);
    }
    return lua_tostring(L, -1);
}

static int unknown(lua_State *L)
{
    const char *name = shown_text(L, 2);
    const char *meant = suggest_name(L, 1, name);
    if (meant)
        return misuse(L, NULL, NULL, "there is no ipc.%s; did you mean ipc.%s?",
                      name, meant);
    return misuse(L, NULL, NULL, "there is no ipc.%s; there are: %s", name,
                  push_all(L));
}

void suggest_open(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, unknown);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}
