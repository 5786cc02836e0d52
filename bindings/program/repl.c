#include "program/repl.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <lauxlib.h>

#include "explore/embedded.h"
#include "lua/require.h"
#include "process/exit.h"
#include "process/files.h"
#include "program/chunk.h"
#include "program/interrupt.h"
#include "program/prompt.h"
#include "program/terminal.h"
#include "tidelock.h"

static char session_key; /* registry: bindings/repl/session.lua */

/* Calls a function of the session with the values on top.  False: it raised,
 * which was told. */
static bool call_session(lua_State *L, const char *name, int arguments,
                         int results)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &session_key);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
    lua_insert(L, -1 - arguments);
    return chunk_report(L, chunk_call(L, arguments, results)) == LUA_OK;
}

/* Reads a line and pushes it; or pushes nothing.  The prompt is the global of
 * that name, or `otherwise`. */
static enum prompt_outcome push_line(lua_State *L, const char *global,
                                     const char *otherwise)
{
    char *line;
    lua_getglobal(L, global);
    const char *text = lua_tostring(L, -1);
    enum prompt_outcome outcome = prompt_line(text ? text : otherwise, &line);
    lua_pop(L, 1);
    if (outcome == PROMPT_LINE) {
        lua_pushstring(L, line);
        free(line);
    }
    return outcome;
}

/* Appends a line to the source at index 1. */
static enum prompt_outcome read_more(lua_State *L)
{
    enum prompt_outcome outcome = push_line(L, "_PROMPT2", ">> ");
    if (outcome == PROMPT_LINE) {
        lua_pushfstring(L, "%s\n%s", lua_tostring(L, 1), lua_tostring(L, 2));
        lua_replace(L, 1);
        lua_settop(L, 1);
    }
    return outcome;
}

/* What the source at index 1 means: behind it come the function, or nil; the
 * error; and whether the source goes on. */
static bool load_source(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    return call_session(L, "load", 1, 3);
}

/* Reads a whole chunk: its source is at index 1, and its function at 2, or nil,
 * and the error at 3.  A chunk that the input ends in the middle of is an
 * error. */
static enum prompt_outcome read_chunk(lua_State *L)
{
    enum prompt_outcome outcome = push_line(L, "_PROMPT", "> ");
    if (outcome != PROMPT_LINE)
        return outcome;
    while (load_source(L) && lua_toboolean(L, 4) && outcome != PROMPT_END) {
        lua_settop(L, 1);
        outcome = read_more(L);
        if (outcome == PROMPT_INTERRUPTED)
            return outcome;
    }
    prompt_remember(lua_tostring(L, 1));
    return PROMPT_LINE;
}

/* Prints the results from index 2 on. */
static void print_results(lua_State *L)
{
    int count = lua_gettop(L) - 1;
    luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
    if (!call_session(L, "shown", count, 1) || lua_isnil(L, -1))
        return;
    lua_getglobal(L, "print");
    lua_insert(L, -2);
    chunk_report(L, chunk_call(L, 1, 0));
}

/* Reports the error on top as the session tells it. */
static void report(lua_State *L, int status)
{
    luaL_tolstring(L, -1, NULL);
    if (call_session(L, "told", 1, 1))
        chunk_report(L, status);
}

/* Runs the chunk that read_chunk has left. */
static void run_chunk(lua_State *L)
{
    int status = LUA_ERRSYNTAX;
    if (lua_isfunction(L, 2)) {
        lua_settop(L, 2);
        status = chunk_call(L, 0, LUA_MULTRET);
    } else if (lua_isstring(L, 3)) {
        lua_settop(L, 3);
    } else {
        return;
    }
    if (status == LUA_OK)
        print_results(L);
    else
        report(L, status);
    lua_settop(L, 1);
    call_session(L, "ran", 1, 0);
}

static void run_chunks(lua_State *L)
{
    enum prompt_outcome outcome;
    while (!terminal_has_quit() && (outcome = read_chunk(L)) != PROMPT_END) {
        if (outcome == PROMPT_LINE)
            run_chunk(L);
        lua_settop(L, 0);
        files_flush_stdout();
    }
}

static bool define_ipc(lua_State *L)
{
    require_push(L, "tidelock");
    int status = chunk_call(L, 1, 1);
    if (chunk_report(L, status) == LUA_OK)
        lua_setglobal(L, "ipc");
    return status == LUA_OK;
}

/* The searcher of embedded modules is there for as long as they are loaded: the
 * user's `require` knows nothing of them. */
static void drop_searcher(lua_State *L)
{
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "remove");
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    lua_replace(L, -2);
    lua_pushinteger(L, 2);
    lua_call(L, 2, 0);
    lua_pop(L, 1);
}

/* Loads the part that is written in Lua. */
static bool open_session(lua_State *L)
{
    embedded_open(L);
    require_push(L, "repl.session");
    bool well = chunk_report(L, chunk_call(L, 1, 1)) == LUA_OK;
    if (well)
        lua_rawsetp(L, LUA_REGISTRYINDEX, &session_key);
    drop_searcher(L);
    terminal_push(L);
    return well && call_session(L, "open", 1, 0);
}

void repl_run(lua_State *L)
{
    lua_settop(L, 0);
    if (!define_ipc(L) || !open_session(L))
        return;
    exit_interactive(true);
    tl_simulate_by_hand();
    prompt_open(L, "Tidelock " TL_VERSION ", " LUA_VERSION
                   ", the module is `ipc`, :help tells more, Ctrl-D ends\n");
    run_chunks(L);
    prompt_close();
    exit_interactive(false);
}
