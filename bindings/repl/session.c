#include "repl/session.h"

#include <string.h>

#include <lauxlib.h>

#include "embedded/embedded.h"
#include "lua/require.h"
#include "repl/chunk.h"
#include "repl/terminal.h"

static char session_key; /* registry: bindings/repl/session.lua */

static void push_function(lua_State *L, const char *name, int arguments)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &session_key);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
    lua_insert(L, -1 - arguments);
}

bool session_call(lua_State *L, const char *name, int arguments, int results)
{
    push_function(L, name, arguments);
    return chunk_report(L, chunk_call(L, arguments, results)) == LUA_OK;
}

bool session_ask(lua_State *L, const char *name, int arguments, int results)
{
    push_function(L, name, arguments);
    bool well = lua_pcall(L, arguments, results, 0) == LUA_OK;
    if (!well)
        lua_pop(L, 1);
    return well;
}

int session_surplus(lua_State *L, const char *text)
{
    int surplus = 0;
    if (!lua_checkstack(L, LUA_MINSTACK))
        return 0;
    lua_pushstring(L, text);
    if (session_ask(L, "surplus", 1, 1)) {
        surplus = (int)lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    return surplus;
}

char *session_next_line(lua_State *L, const char *text, bool pasted)
{
    char *more = NULL;
    if (!lua_checkstack(L, LUA_MINSTACK))
        return NULL;
    lua_pushstring(L, text);
    lua_pushboolean(L, pasted);
    if (session_ask(L, "next_line", 2, 1)) {
        more = lua_isstring(L, -1) ? strdup(lua_tostring(L, -1)) : NULL;
        lua_pop(L, 1);
    }
    return more;
}

/* The searcher of embedded modules is there for as long as they are loaded: the
 * user's `require` knows nothing of them. */
static void drop_searcher(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 2; i <= count; i++) {
        lua_rawgeti(L, -1, i + 1);
        lua_rawseti(L, -2, i);
    }
    lua_pop(L, 2);
}

/* In a state that has a session. */
static bool describe(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    int type = lua_rawgetp(L, LUA_REGISTRYINDEX, &session_key);
    lua_pop(L, 1);
    if (type != LUA_TTABLE || !lua_checkstack(L, LUA_MINSTACK))
        return false;
    lua_pushvalue(L, index);
    return session_ask(L, "described", 1, 1);
}

bool session_open(lua_State *L)
{
    chunk_describe_by(describe);
    embedded_open(L);
    require_push(L, "repl.session");
    bool well = chunk_report(L, chunk_call(L, 1, 1)) == LUA_OK;
    if (well)
        lua_rawsetp(L, LUA_REGISTRYINDEX, &session_key);
    drop_searcher(L);
    terminal_push(L);
    return well && session_call(L, "open", 1, 0);
}
