#include "module.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "files.h"
#include "gate.h"
#include "hook.h"
#include "objects.h"
#include "shell.h"
#include "suggest.h"
#include "support.h"
#include "thread.h"
#include "userdata.h"
#include "with.h"

volatile sig_atomic_t module_interrupt_status = 130;

static void write_line(const char *line, size_t size)
{
    files_flush_stdout(); /* what io.write has printed comes first */
    files_write(1, line, size);
}

static void (*print_line)(const char *line, size_t size) = write_line;
static char module_key; /* registry: the table of the API */
static char end_key;    /* registry: what ends the main script */

void module_set_print(void (*writer)(const char *line, size_t size))
{
    print_line = writer ? writer : write_line;
}

void module_set_interactive(lua_State *L, bool on)
{
    (void)L;
    support_interactive(on);
}

/* ---- functions ---- */

static int ipc_sleep(lua_State *L)
{
    check_function(L, 1, "sleep");
    int status = tl_sleep(check_deadline(L, 1, NULL, "sleep"));
    return status < 0 ? failure(L, NULL, "sleep", status) : 0;
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
    lua_pushinteger(L, getpid());
    return 1;
}

static int ipc_getppid(lua_State *L)
{
    check_function(L, 0, "getppid");
    lua_pushinteger(L, getppid());
    return 1;
}

static int ipc_register(lua_State *L)
{
    check_function(L, 2, "register");
    if (lua_type(L, 1) != LUA_TSTRING)
        return misuse(L, NULL, "register", "a name is expected, not %s",
                      a_type(L, 1));
    if (lua_type(L, 2) != LUA_TTABLE)
        return misuse(L, NULL, "register", "a metatable is expected, not %s",
                      a_type(L, 2));
    codec_register(L, 1, 2);
    lua_settop(L, 2);
    return 1;
}

/* ---- print and os.exit ---- */

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

/* Ends the main script: daemons end, other children are joined. */
static void end_main(lua_State *L)
{
    if (!tl_task_is_main())
        return;
    files_flush(L);
    support_state = L;
    int status = tl_main_end();
    if (status == TL_STUCK) {
        support_interactive(false);
        failure(L, NULL, NULL, status);
    }
    if (status == TL_INTERRUPTED) {
        tl_family_end();
        tl_listener_remove_files();
        static const char text[] = "tidelock: interrupted\n";
        files_write(2, text, sizeof text - 1);
        _exit(module_interrupt_status);
    }
}

static int end_of_state(lua_State *L)
{
    end_main(L);
    return 0;
}

static int exit_code(lua_State *L)
{
    if (lua_isboolean(L, 1))
        return lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    return (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
}

/* Upvalue: the stock os.exit. */
static int os_exit(lua_State *L)
{
    int code = exit_code(L);
    if (thread_is())
        thread_exit(code);
    if (child_is())
        child_exit(code);
    end_main(L);
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 0);
    return 0;
}

void module_open_streams(lua_State *L)
{
    files_open(L);
    if (!files_is_blocking(STDOUT_FILENO)) {
        lua_pushcfunction(L, print);
        lua_setglobal(L, "print");
    }
}

static void replace_functions(lua_State *L)
{
    lua_pushcfunction(L, print);
    lua_setglobal(L, "print");
    lua_getglobal(L, "os");
    if (lua_istable(L, -1)) {
        lua_getfield(L, -1, "exit");
        lua_pushcclosure(L, os_exit, 1);
        lua_setfield(L, -2, "exit");
    }
    lua_pop(L, 1);
}

/* Finalizers run in the reverse order of their making when the state closes:
 * this one, made before all others of ours, runs after them. */
static void watch_end(lua_State *L)
{
    lua_newuserdatauv(L, 1, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, end_of_state);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &end_key);
}

/* ---- where a task waits ---- */

/* "script.lua:12" of the innermost Lua function. */
static void where(char *text, size_t size)
{
    lua_State *L = support_state;
    lua_Debug frame;
    text[0] = '\0';
    for (int level = 0; L && lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline > 0) {
            snprintf(text, size, "%s:%d", frame.short_src, frame.currentline);
            return;
        }
    }
}

/* No wait may outlast what a signal's handler asked for. */
static bool answer_signal(void)
{
    return support_state && hook_answer(support_state);
}

static const luaL_Reg functions[] = {
    {"sleep", ipc_sleep},       {"yield", ipc_yield},
    {"now", ipc_now},           {"cpu_count", ipc_cpu_count},
    {"getpid", ipc_getpid},     {"getppid", ipc_getppid},
    {"register", ipc_register}, {NULL, NULL}};

static void make_module(lua_State *L)
{
    watch_end(L);
    luaL_newlib(L, functions);
    lua_pushliteral(L, "Tidelock " TL_VERSION);
    lua_setfield(L, -2, "_VERSION");
    open_with(L);
    open_lock(L);
    open_semaphore(L);
    open_event(L);
    open_barrier(L);
    open_value(L);
    open_queue(L);
    open_pipe(L);
    open_process(L);
    open_command(L);
    open_latch(L);
    open_rlock(L);
    open_rwlock(L);
    open_condition(L);
    open_array(L);
    open_buffer(L);
    open_table(L);
    open_space(L);
    open_pool(L);
    open_any(L);
    open_receive(L);
    open_fd(L);
    open_ps(L);
    open_connection(L);
    open_listener(L);
    replace_functions(L);
    files_open(L);
    gate_open(L);
    shell_open(L);
    suggest_open(L);
}

/* Once in a state: a second watch_end would leave the first to the collector,
 * and the main script would seem to end in the middle. */
__attribute__((visibility("default"))) int luaopen_tidelock(lua_State *L)
{
    if (tl_init() < 0)
        return luaL_error(L, "tidelock cannot start: %s", tl_init_error());
    tl_where_hook = where;
    tl_signal_hook = answer_signal;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &module_key) != LUA_TTABLE) {
        make_module(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &module_key);
    }
    return 1;
}
