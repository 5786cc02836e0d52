/*
 * Signal object: a signal that a script waits for (ipc.signal).
 *
 * There is one for each signal, which the registry keeps: a script may write
 * ipc.signal("TERM") wherever it waits, and between two waits the signal is
 * noted too.  It needs no descriptor: what is noted is looked at as the wait
 * begins, and the handler calls the task (see signals.h).
 */
#include "lua/local_object.h"
#include "lua/support.h"
#include "objects.h"
#include "signals/signal_names.h"
#include "signals/signals.h"

/* What the userdata point to: their place is the number. */
static const char numbers[65];
static char objects_key; /* registry: by number */

static int number_of(const void *state)
{
    return (int)((const char *)state - numbers);
}

/* The signals of a child are not its parent's. */
static int look(void *state, struct pollfd *polled, unsigned *count)
{
    (void)polled;
    *count = 0;
    int number = number_of(state);
    return signals_is_listened(number) ? signals_is_unread(number) : TL_DROPPED;
}

static int take(lua_State *L, void **state)
{
    int number = number_of(*state);
    if (!signals_take(number))
        return TL_TIMEOUT;
    lua_pushstring(L, signal_names_of(number));
    return TL_OK;
}

static const struct outside waited_for = {.look = look, .take = take};
static const struct local_object_class signal_class;

static int signal_get(lua_State *L)
{
    void **state = local_object_check(L, &signal_class);
    check_method(L, 1, "get");
    tl_deadline deadline = local_object_deadline(L, 2, &signal_class, "get");
    struct tl_waitable waitable = {.look = look, .state = state};
    local_object_state(L, &signal_class, "get");
    uint32_t wrong;
    int status;
    do
        status = tl_wait_any(&waitable, 1, &wrong, deadline);
    while (status > 0 && (status = take(L, state)) == TL_TIMEOUT);
    return status == TL_OK
               ? 1
               : local_object_result(L, &signal_class, "get", status);
}

static int signal_close(lua_State *L)
{
    void **state = local_object_check(L, &signal_class);
    check_method(L, 0, "close");
    if (*state) {
        int number = number_of(*state);
        *state = NULL;
        signals_ignore(number);
    }
    lua_pushboolean(L, 1);
    return 1;
}

static void push_title(lua_State *L, const void *state)
{
    lua_pushfstring(L, "signal \"%s\"", signal_names_of(number_of(state)));
}

static const char *condition(const void *state)
{
    return signals_is_unread(number_of(state)) ? "has come" : "has not come";
}

static void drop(void *state)
{
    (void)state;
}

static const luaL_Reg methods[] = {
    {"get", signal_get}, {"close", signal_close}, {NULL, NULL}};

static const struct local_object_class signal_class = {.name = "signal",
                                                       .outside = &waited_for,
                                                       .methods = methods,
                                                       .title = push_title,
                                                       .condition = condition,
                                                       .drop = drop};

static void push_object(lua_State *L, int number)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &objects_key);
    if (lua_rawgeti(L, -1, number) == LUA_TNIL) {
        lua_pop(L, 1);
        local_object_new(L, &signal_class);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, number);
    }
    *(const void **)lua_touserdata(L, -1) = &numbers[number];
}

static int ipc_signal(lua_State *L)
{
    check_function(L, 1, "signal");
    int number = signal_names_check(L, "signal");
    signals_check_place(L, "signal");
    if (!signals_is_listened(number)) {
        int status = tl_process_on_signal();
        if (status < 0)
            return result_failure(L, NULL, "signal", status);
        signals_listen(L, number);
    }
    push_object(L, number);
    return 1;
}

void signal_object_open(lua_State *L)
{
    local_object_open(L, &signal_class);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &objects_key);
    lua_pushcfunction(L, ipc_signal);
    lua_setfield(L, -2, "signal");
}
