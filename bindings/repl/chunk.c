#include "repl/chunk.h"

#include <stdbool.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/traceback.h"
#include "process/explored.h"
#include "process/files.h"
#include "repl/interrupt.h"

/* The last chunk was interrupted: its error is nobody's fault. */
static bool interrupted;

static chunk_describe *describe;

void chunk_describe_by(chunk_describe *given)
{
    describe = given;
}

static int add_traceback(lua_State *L)
{
    if (lua_isstring(L, 1)) {
        lua_pushvalue(L, 1);
    } else {
        if (luaL_callmeta(L, 1, "__tostring") && lua_isstring(L, -1))
            return 1;
        if (!describe || !describe(L, 1))
            lua_pushfstring(L, "(error object is a %s value)",
                            luaL_typename(L, 1));
    }
    traceback_push(L);
    return 1;
}

int chunk_call(lua_State *L, int arguments, int results)
{
    int base = lua_gettop(L) - arguments;
    lua_pushcfunction(L, add_traceback);
    lua_insert(L, base);
    int status = lua_pcall(L, arguments, results, base);
    lua_remove(L, base);
    interrupted = interrupt_take();
    if (interrupted && status != LUA_OK) {
        lua_pop(L, 1);
        lua_pushliteral(L, "interrupted!");
    }
    return status;
}

int chunk_report(lua_State *L, int status)
{
    if (status == LUA_OK)
        return status;
    size_t size;
    lua_pushliteral(L, "tidelock: ");
    luaL_tolstring(L, -2, NULL);
    lua_pushliteral(L, "\n");
    lua_concat(L, 3);
    const char *message = lua_tolstring(L, -1, &size);
    if (interrupted)
        explored_end(L, TL_ENDING_NONE, message);
    else
        explored_fail(L, message);
    files_flush_stdout();
    files_write(STDERR_FILENO, message, size);
    lua_pop(L, 2);
    return status;
}
