#include "program/repl.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "lua/require.h"
#include "process/exit.h"
#include "process/files.h"
#include "program/chunk.h"
#include "program/interrupt.h"
#include "program/prompt.h"
#include "tidelock.h"

#define CHUNK_NAME "=stdin"

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

/* Whether a syntax error only says that the chunk goes on. */
static bool is_incomplete(lua_State *L, int status)
{
    static const char mark[] = "<eof>";
    size_t size;
    const char *message = lua_tolstring(L, -1, &size);
    return status == LUA_ERRSYNTAX && message && size >= sizeof mark - 1 &&
           strcmp(message + size - (sizeof mark - 1), mark) == 0;
}

/* Loads the source at index 1 as an expression; pushes the chunk, or nothing.
 */
static bool load_expression(lua_State *L)
{
    size_t size;
    lua_pushfstring(L, "return %s", lua_tostring(L, 1));
    const char *source = lua_tolstring(L, -1, &size);
    int status = luaL_loadbuffer(L, source, size, CHUNK_NAME);
    lua_remove(L, -2);
    if (status != LUA_OK)
        lua_pop(L, 1);
    return status == LUA_OK;
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

/* Loads the source at index 1, as an expression where it is one; pushes the
 * chunk, or the error, as the status says. */
static int load_source(lua_State *L)
{
    size_t size;
    if (load_expression(L))
        return LUA_OK;
    const char *source = lua_tolstring(L, 1, &size);
    return luaL_loadbuffer(L, source, size, CHUNK_NAME);
}

/* Reads a whole chunk, and leaves it alone on the stack, or the error that
 * *status tells.  A chunk that the input ends in the middle of is an error. */
static enum prompt_outcome read_chunk(lua_State *L, int *status)
{
    enum prompt_outcome outcome = push_line(L, "_PROMPT", "> ");
    if (outcome != PROMPT_LINE)
        return outcome;
    while (true) {
        *status = load_source(L);
        if (outcome == PROMPT_END || !is_incomplete(L, *status))
            break;
        lua_settop(L, 1);
        outcome = read_more(L);
        if (outcome == PROMPT_INTERRUPTED)
            return outcome;
    }
    prompt_remember(lua_tostring(L, 1));
    lua_remove(L, 1);
    return PROMPT_LINE;
}

static void print_results(lua_State *L)
{
    int count = lua_gettop(L);
    if (count == 0)
        return;
    luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
    lua_getglobal(L, "print");
    lua_insert(L, 1);
    chunk_report(L, chunk_call(L, count, 0));
}

static void run_chunks(lua_State *L)
{
    enum prompt_outcome outcome;
    int status;
    while ((outcome = read_chunk(L, &status)) != PROMPT_END) {
        if (outcome == PROMPT_LINE) {
            if (status == LUA_OK)
                status = chunk_call(L, 0, LUA_MULTRET);
            if (chunk_report(L, status) == LUA_OK)
                print_results(L);
        }
        lua_settop(L, 0);
        files_flush_stdout();
    }
}

static void define_ipc(lua_State *L)
{
    require_push(L, "tidelock");
    int status = chunk_call(L, 1, 1);
    if (chunk_report(L, status) == LUA_OK)
        lua_setglobal(L, "ipc");
}

void repl_run(lua_State *L)
{
    lua_settop(L, 0);
    define_ipc(L);
    exit_interactive(true);
    tl_simulate_by_hand();
    prompt_open(L, "Tidelock " TL_VERSION ", " LUA_VERSION
                   ", the module is `ipc`, Ctrl-D ends\n");
    run_chunks(L);
    prompt_close();
    exit_interactive(false);
}
