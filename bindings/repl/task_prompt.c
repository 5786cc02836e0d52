#include "repl/task_prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/misuse.h"
#include "objects.h"
#include "repl/repl.h"
#include "terminal/screen.h"
#include "tidelock.h"

#define AGAIN                                                                  \
    0.05 /* seconds between two looks whether the terminal is free             \
          */

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

/* Pushes a table of what the caller's function sees: its upvalues and locals,
 * the innermost of a name. */
static void push_locals(lua_State *L)
{
    lua_Debug caller;
    const char *name;
    lua_newtable(L);
    int table = lua_gettop(L);
    if (!lua_getstack(L, 1, &caller))
        return;
    lua_getinfo(L, "f", &caller);
    for (int i = 1; (name = lua_getupvalue(L, -1, i)); i++)
        set(L, table, name);
    lua_pop(L, 1);
    for (int i = 1; (name = lua_getlocal(L, &caller, i)); i++)
        set(L, table, name);
}

/* A lock on the terminal, which others of this program may be at: a descriptor,
 * or -1: it cannot be locked. */
static int take_terminal(void)
{
    char path[64];
    if (ttyname_r(STDIN_FILENO, path, sizeof path) != 0)
        return -1;
    int fd = tl_standard_avoid(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 &&
           (errno == EINTR || errno == EWOULDBLOCK)) {
        if (tl_sleep(tl_deadline_in(AGAIN)) < 0)
            break;
    }
    return fd;
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
    char banner[400];
    luaL_where(L, 1);
    const char *place = luaL_gsub(L, lua_tostring(L, -1), ": ", "");
    snprintf(banner, sizeof banner,
             "%s (pid %d) stands at %.200s; its locals are in `here`, "
             "Ctrl-D goes on\n",
             tl_task_name(), (int)getpid(), place);
    lua_pop(L, 2);
    lua_pushstring(L, banner);
}

static void serve_here(lua_State *L)
{
    if (!screen_is_terminal())
        misuse(L, NULL, "repl",
               "standard input and output of this task are no terminal: run "
               "the script at one, not within a session or a pipe");
    if (repl_is_open())
        misuse(L, NULL, "repl", "this task is at a prompt already");
    push_locals(L);
    exchange(L, "here");
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, "tidelock");
    lua_remove(L, -2);
    exchange(L, "ipc");
    lua_pushcfunction(L, serve);
    push_banner(L);
    lua_pushfstring(L, "%s> ", tl_task_name());
    int terminal = take_terminal();
    int status = lua_pcall(L, 2, 0, 0);
    if (terminal >= 0)
        close(terminal);
    if (status != LUA_OK)
        lua_error(L);
    lua_setglobal(L, "ipc");
    lua_setglobal(L, "here");
}

void task_prompt_allow(void)
{
    stop_here_serve = serve_here;
}
