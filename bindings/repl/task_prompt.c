#include "repl/task_prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/misuse.h"
#include "lua/result.h"
#include "objects.h"
#include "process/exit.h"
#include "repl/repl.h"
#include "terminal/screen.h"
#include "terminal/turn.h"
#include "tidelock.h"

static bool is_tidy(const char *name)
{
    return name[0] != '(' && strcmp(name, "_ENV") != 0;
}

/* The module says nothing of the task. */
static void set(lua_State *L, int table, const char *name)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, "tidelock");
    bool is_module = lua_rawequal(L, -1, -3);
    lua_pop(L, 2);
    if (is_tidy(name) && !is_module)
        lua_setfield(L, table, name);
    else
        lua_pop(L, 1);
}

/* The innermost function in Lua, which may have called by pcall; false: none.
 */
static bool find_caller(lua_State *L, lua_Debug *caller)
{
    for (int level = 1; lua_getstack(L, level, caller); level++) {
        lua_getinfo(L, "Sl", caller);
        if (caller->currentline > 0)
            return true;
    }
    return false;
}

/* Pushes a table of what the caller's function sees: its upvalues and locals,
 * the innermost of a name. */
static void push_locals(lua_State *L)
{
    lua_Debug caller;
    const char *name;
    lua_newtable(L);
    int table = lua_gettop(L);
    if (!find_caller(L, &caller))
        return;
    lua_getinfo(L, "f", &caller);
    for (int i = 1; (name = lua_getupvalue(L, -1, i)); i++)
        set(L, table, name);
    lua_pop(L, 1);
    for (int i = 1; (name = lua_getlocal(L, &caller, i)); i++)
        set(L, table, name);
}

/* Sets the global to the value at the top, and leaves what it was. */
static void exchange(lua_State *L, const char *name)
{
    lua_getglobal(L, name);
    lua_insert(L, -2);
    lua_setglobal(L, name);
}

static int serve(lua_State *L)
{
    repl_run_here(L);
    return 0;
}

/* cook (pid 4711) stands at kitchen.lua:12; ... */
static void push_banner(lua_State *L)
{
    char banner[400], place[250] = "";
    lua_Debug caller;
    if (find_caller(L, &caller))
        snprintf(place, sizeof place, " stands at %.200s:%d;", caller.short_src,
                 caller.currentline);
    snprintf(banner, sizeof banner,
             "%s (pid %d)%s its locals are in `here`, Ctrl-D goes on\n",
             tl_task_name(), (int)getpid(), place);
    lua_pushstring(L, banner);
}

static void check_place(lua_State *L)
{
    if (tl_explored())
        misuse(L, NULL, "repl",
               "schedules that are explored have no terminal: tidelock replay "
               "-i stops at a step of one");
    if (!screen_is_terminal())
        misuse(L, NULL, "repl",
               "standard input and output of this task are no terminal: run "
               "the script at one, not within a session or a pipe");
    if (repl_is_open())
        misuse(L, NULL, "repl", "this task is at a prompt already");
}

static void serve_here(lua_State *L)
{
    check_place(L);
    push_locals(L);
    int status = turn_take();
    if (status < 0)
        result_failure(L, NULL, "repl", status);
    exchange(L, "here");
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, "tidelock");
    lua_remove(L, -2);
    exchange(L, "ipc");
    lua_pushcfunction(L, serve);
    push_banner(L);
    lua_pushfstring(L, "%s> ", tl_task_name());
    status = lua_pcall(L, 2, 1, 0);
    turn_leave();
    lua_insert(L, 1);
    lua_setglobal(L, "ipc");
    lua_setglobal(L, "here");
    if (status != LUA_OK)
        lua_error(L);
}

void task_prompt_allow(void)
{
    turn_open();
    exit_first(turn_leave);
    exit_restoring(turn_restore);
    stop_here_serve = serve_here;
}
