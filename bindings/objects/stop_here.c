/* ipc.repl: a prompt within a task, where the program has one. */
#include "lua/support.h"
#include "objects.h"

void (*stop_here_serve)(lua_State *L);

static int ipc_repl(lua_State *L)
{
    check_function(L, 0, "repl");
    lua_settop(L, 0);
    if (!stop_here_serve)
        return misuse(L, NULL, "repl",
                      "it is there only in the program: run the script by "
                      "tidelock");
    stop_here_serve(L);
    return 0;
}

void stop_here_open(lua_State *L)
{
    lua_pushcfunction(L, ipc_repl);
    lua_setfield(L, -2, "repl");
}
