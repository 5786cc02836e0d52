#include "process/claims.h"

#include <stdbool.h>
#include <stdint.h>

#include <lauxlib.h>

#include "lua/check.h"
#include "lua/misuse.h"
#include "lua/result.h"
#include "lua/shown.h"
#include "process/explored.h"
#include "tidelock.h"

#define CHOICES_MOST 1000000000
#define CALL_ALWAYS "ipc.always(condition, message, ...)"

/* ---- always ---- */

static void check_message(lua_State *L)
{
    if (lua_gettop(L) < 2)
        misuse(L, NULL, "always",
               "a condition and a message are expected: " CALL_ALWAYS);
    if (lua_type(L, 2) != LUA_TSTRING)
        misuse(L, NULL, "always",
               "the message must be a string, not %s: " CALL_ALWAYS,
               shown_a_type(L, 2));
}

/* Pushes message:format(...), or why that cannot be. */
static void push_message(lua_State *L)
{
    int top = lua_gettop(L);
    luaL_checkstack(L, top + 4, "too many arguments");
    lua_getfield(L, 2, "format");
    for (int i = 2; i <= top; i++)
        lua_pushvalue(L, i);
    if (lua_pcall(L, top - 1, 1, 0) == LUA_OK)
        return;
    lua_pushfstring(L,
                    "always: this does not hold, and its message \"%s\" "
                    "cannot be formatted: %s",
                    lua_tostring(L, 2), luaL_tolstring(L, -1, NULL));
}

/* Raises the text at the top; where the program is explored, the schedule has
 * failed, whoever would have caught that. */
static int fail(lua_State *L)
{
    if (tl_explored()) {
        luaL_where(L, 1);
        lua_pushvalue(L, -2);
        lua_concat(L, 2);
        luaL_traceback(L, L, lua_tostring(L, -1), 1);
        explored_end(L, TL_ENDING_ALWAYS, lua_tostring(L, -1));
        lua_pop(L, 2);
    }
    return misuse_raise(L);
}

static int ipc_always(lua_State *L)
{
    check_message(L);
    if (lua_toboolean(L, 1))
        return 0;
    push_message(L);
    return fail(L);
}

/* ---- sometimes, outcome ---- */

static int ipc_sometimes(lua_State *L)
{
    size_t size = 0;
    check_function(L, 2, "sometimes");
    const char *label =
        lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &size) : NULL;
    if (!label)
        return misuse(L, NULL, "sometimes",
                      "a label is expected, not %s: "
                      "ipc.sometimes(condition, \"two are inside\")",
                      shown_a_type(L, 2));
    if (size == 0 || size >= TL_ACCOUNT_LABEL)
        return misuse(L, NULL, "sometimes",
                      "the label must have 1 to %u bytes, not %u",
                      TL_ACCOUNT_LABEL - 1, (unsigned)size);
    tl_explore_label(label, lua_toboolean(L, 1));
    return 0;
}

static int ipc_outcome(lua_State *L)
{
    int count = lua_gettop(L);
    luaL_Buffer buffer;
    if (count == 0)
        return misuse(L, NULL, "outcome",
                      "what came of the run is expected: "
                      "ipc.outcome(\"sold\", n)");
    if (!tl_explored())
        return 0;
    luaL_buffinit(L, &buffer);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&buffer, ' ');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    tl_explore_outcome(lua_tostring(L, -1));
    return 0;
}

/* ---- choose ---- */

static uint32_t check_choices(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE) {
        if (lua_type(L, 1) != LUA_TNUMBER)
            misuse(L, NULL, "choose",
                   "how many there are, or a list of them, is expected, not "
                   "%s: ipc.choose(3), ipc.choose{ \"red\", \"blue\" }",
                   shown_a_type(L, 1));
        return (uint32_t)check_integer(L, 1, NULL, "choose", "the number", 1,
                                       CHOICES_MOST);
    }
    lua_Integer length = check_list(L, 1, NULL, "choose");
    if (length < 1 || length > CHOICES_MOST)
        misuse(L, NULL, "choose",
               "the list is empty: give at least one value, at 1");
    return (uint32_t)length;
}

static int ipc_choose(lua_State *L)
{
    uint32_t answer = 0;
    check_function(L, 1, "choose");
    uint32_t limit = check_choices(L);
    int status = tl_explore_choose(limit, &answer);
    if (status < 0)
        return result_failure(L, NULL, "choose", status);
    if (lua_istable(L, 1))
        lua_geti(L, 1, (lua_Integer)answer);
    else
        lua_pushinteger(L, (lua_Integer)answer);
    return 1;
}

static const luaL_Reg functions[] = {{"always", ipc_always},
                                     {"sometimes", ipc_sometimes},
                                     {"outcome", ipc_outcome},
                                     {"choose", ipc_choose},
                                     {NULL, NULL}};

void claims_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
}
