/* ipc.on_signal: see signals.h. */
#include "lua/support.h"
#include "objects.h"
#include "signals/signal_names.h"
#include "signals/signals.h"

static int ipc_on_signal(lua_State *L)
{
    check_function(L, 2, "on_signal");
    int number = signal_names_check(L, "on_signal");
    lua_settop(L, 2);
    if (!lua_isnil(L, 2) && !lua_isfunction(L, 2))
        return misuse(L, NULL, "on_signal",
                      "a function or nil is expected, "
                      "not %s",
                      shown_a_type(L, 2));
    signals_check_place(L, "on_signal");
    int status = tl_process_on_signal();
    if (status < 0)
        return result_failure(L, NULL, "on_signal", status);
    signals_set_function(L, number);
    return 0;
}

void on_signal_open(lua_State *L)
{
    lua_pushcfunction(L, ipc_on_signal);
    lua_setfield(L, -2, "on_signal");
}
