#include "lua/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/misuse.h"
#include "lua/object.h"
#include "lua/shown.h"

#define LIST_ROOM 65536 /* a copy gets room for so many entries at once */

tl_deadline check_deadline_slow(lua_State *L, int index,
                                const struct tl_handle *handle,
                                const char *call)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        misuse(L, handle, call,
               "the timeout must be a number of seconds or nil, not %s",
               shown_a_type(L, index));
    double seconds = lua_tonumber(L, index);
    if (isnan(seconds))
        misuse(L, handle, call, "the timeout is not a number (NaN)");
    return tl_deadline_in(seconds);
}

lua_Integer check_integer(lua_State *L, int index,
                          const struct tl_handle *handle, const char *call,
                          const char *what, lua_Integer least, lua_Integer most)
{
    int is_integer;
    lua_Integer n = lua_tointegerx(L, index, &is_integer);
    if (lua_type(L, index) != LUA_TNUMBER || !is_integer || n < least ||
        n > most)
        misuse(L, handle, call,
               "%s must be an integer from %lld to %lld, "
               "not %s",
               what, (long long)least, (long long)most, shown(L, index));
    return n;
}

lua_Integer check_length(lua_State *L, int index,
                         const struct tl_handle *handle, const char *call)
{
    int is_integer;
    lua_len(L, index);
    lua_Integer length = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer)
        misuse(L, handle, call,
               "the length of a list must be an integer, and its __len gives "
               "%s",
               shown(L, -1));
    lua_pop(L, 1);
    return length;
}

lua_Integer check_arguments(lua_State *L, int index, const char *call,
                            const char *what)
{
    char n[40];
    snprintf(n, sizeof n, "%s.n", what);
    lua_Integer count = check_n(L, index, NULL, call, n);
    if (count < 0)
        count = check_length(L, index, NULL, call);
    if (count < 0 || count > CHECK_N_MOST)
        misuse(L, NULL, call, "%s must be a list of up to %d values", what,
               CHECK_N_MOST);
    return count;
}

lua_Integer check_list(lua_State *L, int index, const struct tl_handle *handle,
                       const char *call)
{
    if (!lua_istable(L, index))
        misuse(L, handle, call, "a list is expected, not %s",
               shown_a_type(L, index));
    lua_Integer length = check_length(L, index, handle, call);
    if (!luaL_getmetafield(L, index, "__index"))
        return length;
    lua_pop(L, 1);
    lua_createtable(L, length < LIST_ROOM ? (int)length : LIST_ROOM, 0);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_geti(L, index, i);
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, index);
    return length;
}

int check_too_many(lua_State *L, int most, bool method, const char *call)
{
    const struct tl_handle *handle = method ? object_test(L, 1) : NULL;
    int given = lua_gettop(L) - method;
    if (method && !handle)
        call = lua_pushfstring(L, "%s: %s", shown_type(L, 1), call);
    if (most == 0)
        return misuse(L, handle, call, "takes no argument, and got %d", given);
    return misuse(L, handle, call, "takes at most %d argument%s, and got %d",
                  most, most == 1 ? "" : "s", given);
}

static bool is_known(const char *const *names, const char *name)
{
    for (; name && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

const char *check_names(lua_State *L, const char *const *names)
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
        const char *name =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
        if (is_known(names, name))
            continue;
        const char *shown = shown_text(L, -1);
        misuse(L, NULL, call, "unknown option \"%s\"; there are: %s", shown,
               check_names(L, names));
    }
}

/* Sets the name, the last option: in a space the script has given it already,
 * as the first argument. */
static void set_name(lua_State *L, const char *call, int index)
{
    if (!lua_isnil(L, index))
        misuse(L, NULL, call, "in a space the name is the first argument");
    lua_pushstring(L, context_making.name);
    lua_replace(L, index);
}

static void find_options(lua_State *L, const char *call,
                         const char *const *names, int count)
{
    if (lua_type(L, 1) == LUA_TTABLE && lua_gettop(L) == 1) {
        check_unknown(L, call, names);
        for (int i = 0; i < count; i++)
            lua_getfield(L, 1, names[i]);
        lua_remove(L, 1);
        return;
    }
    int given = lua_gettop(L);
    if (given > count)
        misuse(L, NULL, call, "%d arguments given; there are: %s", given,
               check_names(L, names));
    if (context_making.space && given == count)
        misuse(L, NULL, call, "in a space the name is the first argument");
    lua_settop(L, count);
}

void check_options(lua_State *L, const char *call, const char *const *names)
{
    int count = 0;
    while (names[count])
        count++;
    find_options(L, call, names, count);
    if (context_making.space)
        set_name(L, call, count);
}

void check_gather_options(lua_State *L, const char *subject)
{
    lua_settop(L, 2);
    lua_newtable(L);
    if (lua_istable(L, 2)) {
        lua_pushnil(L);
        while (lua_next(L, 2)) {
            lua_pushvalue(L, -2);
            lua_insert(L, -2);
            lua_rawset(L, 3);
        }
    }
    lua_pushvalue(L, 1);
    lua_setfield(L, 3, subject);
    lua_replace(L, 1);
    lua_settop(L, 1);
}

lua_Integer check_n(lua_State *L, int index, const struct tl_handle *handle,
                    const char *call, const char *what)
{
    lua_Integer n = -1;
    if (lua_getfield(L, index, "n") != LUA_TNIL)
        n = check_integer(L, lua_gettop(L), handle, call, what, 0,
                          CHECK_N_MOST);
    lua_pop(L, 1);
    return n;
}

const char *check_name(lua_State *L, int index, const char *call)
{
    if (lua_isnil(L, index))
        return NULL;
    if (lua_type(L, index) != LUA_TSTRING)
        misuse(L, NULL, call, "the name must be a string, not %s",
               shown_a_type(L, index));
    size_t size;
    const char *name = lua_tolstring(L, index, &size);
    if (strlen(name) != size)
        misuse(L, NULL, call, "the name has a zero byte, which no name can");
    if (size >= TL_NAME_SIZE)
        misuse(L, NULL, call, "the name has %d bytes, and may have %d",
               (int)size, TL_NAME_SIZE - 1);
    return name;
}
