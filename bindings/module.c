#include "module.h"

#include <stdio.h>
#include <unistd.h>

#include "codec/classes.h"
#include "far/mark.h"
#include "lua/hook.h"
#include "far/door.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/suggest.h"
#include "objects/with.h"
#include "net/far.h"
#include "pool/callbacks.h"
#include "process/child.h"
#include "process/exit.h"
#include "process/files.h"
#include "process/libc_lock.h"
#include "process/shell.h"
#include "process/thread.h"
#include "trace/trace.h"
#include "signals/signals.h"
#include "process/claims.h"

static void write_line(const char *line, size_t size)
{
    files_flush_stdout(); /* what io.write has printed comes first */
    files_write(1, line, size);
}

static void (*print_line)(const char *line, size_t size) = write_line;
static char module_key; /* registry: the table of the API */

void module_set_print(void (*writer)(const char *line, size_t size))
{
    print_line = writer ? writer : write_line;
}

/* ---- functions ---- */

static int ipc_sleep(lua_State *L)
{
    check_function(L, 1, "sleep");
    int status = tl_sleep(check_deadline(L, 1, NULL, "sleep"));
    return status < 0 ? result_failure(L, NULL, "sleep", status) : 0;
}

static int ipc_yield(lua_State *L)
{
    check_function(L, 0, "yield");
    tl_yield();
    return 0;
}

static int ipc_now(lua_State *L)
{
    check_function(L, 0, "now");
    lua_pushnumber(L, tl_now());
    return 1;
}

static int ipc_cpu_count(lua_State *L)
{
    check_function(L, 0, "cpu_count");
    lua_pushinteger(L, tl_cpu_count());
    return 1;
}

static int ipc_getpid(lua_State *L)
{
    check_function(L, 0, "getpid");
    lua_pushinteger(L, tl_simulate_pid(getpid()));
    return 1;
}

static int ipc_getppid(lua_State *L)
{
    check_function(L, 0, "getppid");
    lua_pushinteger(L, tl_simulate_parent());
    return 1;
}

static int ipc_seed(lua_State *L)
{
    check_function(L, 0, "seed");
    if (tl_simulate_is_on())
        lua_pushinteger(L, tl_simulate_seed());
    else
        lua_pushnil(L);
    return 1;
}

static int ipc_register(lua_State *L)
{
    check_function(L, 2, "register");
    if (lua_type(L, 1) != LUA_TSTRING)
        return misuse(L, NULL, "register", "a name is expected, not %s",
                      shown_a_type(L, 1));
    if (lua_type(L, 2) != LUA_TTABLE)
        return misuse(L, NULL, "register", "a metatable is expected, not %s",
                      shown_a_type(L, 2));
    classes_add(L, 1, 2);
    lua_settop(L, 2);
    return 1;
}

/* ---- print ---- */

/* As the stock print, but the line is written at once. */
static int print(lua_State *L)
{
    int count = lua_gettop(L);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            luaL_addchar(&buffer, '\t');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&buffer);
    }
    luaL_addchar(&buffer, '\n');
    luaL_pushresult(&buffer);
    size_t size;
    const char *line = lua_tolstring(L, -1, &size);
    print_line(line, size);
    return 0;
}

static void replace_print(lua_State *L)
{
    lua_pushcfunction(L, print);
    lua_setglobal(L, "print");
}

void module_open_streams(lua_State *L)
{
    files_open(L);
    if (!files_is_blocking(STDOUT_FILENO))
        replace_print(L);
}

/* ---- where a task waits ---- */

/* "script.lua:12" of the innermost Lua function of the script's. */
static void where(char *text, size_t size)
{
    lua_State *L = context_state;
    lua_Debug frame;
    text[0] = '\0';
    for (int level = 0; L && lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0 && !door_is_ours(&frame)) {
            snprintf(text, size, "%s:%d", frame.short_src, frame.currentline);
            return;
        }
    }
}

/* A signal has come: a wait ends where the signal's handler raises. */
static bool answer_signal(void)
{
    return context_state && hook_answer(context_state);
}

static bool is_signal_due(void)
{
    return context_state && hook_is_due(context_state);
}

static bool is_signal_expected(void)
{
    return context_state && hook_is_expected(context_state);
}

/* What a child forgets of its parent, in this order: see child.h. */
static void (*const forgets[])(lua_State *L) = {
    signals_forget, files_forget,       thread_forget, exit_forget,
    hook_forget,    pool_forget_parent, NULL};

static const luaL_Reg functions[] = {{"sleep", ipc_sleep},
                                     {"yield", ipc_yield},
                                     {"now", ipc_now},
                                     {"cpu_count", ipc_cpu_count},
                                     {"getpid", ipc_getpid},
                                     {"getppid", ipc_getppid},
                                     {"register", ipc_register},
                                     {"seed", ipc_seed},
                                     {NULL, NULL}};

/* What is no object and no function of the table's own. */
static void open_others(lua_State *L)
{
    replace_print(L);
    files_open(L);
    libc_lock_open(L);
    shell_open(L);
    claims_open(L);
    suggest_open(L);
    trace_open(L);
    trace_furnish(L);
    door_open(L);
}

static void make_module(lua_State *L)
{
    exit_open(L);
    luaL_newlib(L, functions);
    lua_pushliteral(L, "Tidelock " TL_VERSION);
    lua_setfield(L, -2, "_VERSION");
    hook_open(L);
    with_open(L);
    lock_open(L);
    semaphore_open(L);
    event_open(L);
    barrier_open(L);
    value_open(L);
    queue_open(L);
    pipe_open(L);
    process_open(L);
    on_signal_open(L);
    signal_object_open(L);
    command_open(L);
    latch_open(L);
    rlock_open(L);
    rwlock_open(L);
    condition_open(L);
    array_open(L);
    buffer_open(L);
    table_open(L);
    space_open(L);
    pool_open(L);
    wait_any_open(L);
    receive_open(L);
    fd_open(L);
    ps_open(L);
    stop_here_open(L);
    connection_open(L);
    listener_open(L);
    open_others(L);
}

__attribute__((visibility("default"))) int luaopen_tidelock(lua_State *L)
{
    if (tl_init() < 0)
        return luaL_error(L, "tidelock cannot start: %s", tl_init_error());
    return module_open(L);
}

/* Makes the module once in a Lua state.  A second exit_open would leave the
 * first to the collector, and the main script would seem to end in mid-run. */
int module_open(lua_State *L)
{
    tl_init_kinds();
    far_open();
    child_open(forgets);
    thread_open(luaopen_tidelock);
    tl_where_hook = where;
    trace_enter();
    tl_signal_hook = answer_signal;
    tl_signal_due = is_signal_due;
    tl_signal_expected = is_signal_expected;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &module_key) != LUA_TTABLE) {
        make_module(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &module_key);
    }
    return 1;
}
