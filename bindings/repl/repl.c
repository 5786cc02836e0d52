#include "repl/repl.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/require.h"
#include "process/exit.h"
#include "process/files.h"
#include "process/thread.h"
#include "repl/children.h"
#include "repl/chunk.h"
#include "repl/prompt.h"
#include "repl/session.h"
#include "repl/terminal.h"
#include "terminal/screen.h"
#include "tidelock.h"

/* The process whose thread this is, where that reads chunks; a fork of it does
 * not. */
static _Thread_local pid_t reads;

#define INTERRUPTED "interrupted!" /* as chunk.h has it */

/* Reads a line and pushes it; or pushes nothing.  The prompt is the global of
 * that name, or `otherwise`. */
static enum prompt_outcome push_line(lua_State *L, const char *global,
                                     const char *otherwise)
{
    char *line;
    size_t size;
    /* raw: the globals may refuse what they do not have */
    lua_pushglobaltable(L);
    lua_pushstring(L, global);
    lua_rawget(L, -2);
    const char *text = lua_tostring(L, -1);
    enum prompt_outcome outcome =
        prompt_line(text ? text : otherwise, &line, &size);
    lua_pop(L, 2);
    if (outcome == PROMPT_LINE) {
        lua_pushlstring(L, line, size);
        free(line);
    }
    return outcome;
}

/* Appends a line to the source at index 1. */
static enum prompt_outcome read_more(lua_State *L)
{
    enum prompt_outcome outcome = push_line(L, "_PROMPT2", ">> ");
    if (outcome == PROMPT_LINE) {
        lua_pushliteral(L, "\n");
        lua_insert(L, 2);
        lua_concat(L, 3);
    }
    return outcome;
}

/* What the source at index 1 means: behind it come the function, or nil; the
 * error; and whether the source goes on. */
static bool load_source(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    return session_call(L, "load", 1, 3);
}

/* Reads a whole chunk: its source is at index 1, and its function at 2, or nil,
 * and the error at 3.  A chunk that the input ends in the middle of is an
 * error. */
static enum prompt_outcome read_chunk(lua_State *L, const char *prompt)
{
    enum prompt_outcome outcome = push_line(L, "_PROMPT", prompt);
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
    if (!session_call(L, "shown", count, 1) || lua_isnil(L, -1))
        return;
    session_call(L, "say", 1, 0);
}

/* Reports the error on top as the session tells it. */
static void report(lua_State *L, int status)
{
    const char *message = luaL_tolstring(L, -1, NULL);
    /* the terminal has shown ^C */
    if (screen_is_terminal() &&
        strncmp(message, INTERRUPTED, strlen(INTERRUPTED)) == 0)
        fputs("\n", screen_stream());
    if (session_call(L, "told", 1, 1))
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
    tl_process_reap(); /* so that what is shown of the dead is so */
    if (status == LUA_OK)
        print_results(L);
    else
        report(L, status);
    lua_settop(L, 1);
    session_call(L, "ran", 1, 0);
}

/* "2 processes and 1 thread still run": false, and nothing, where none does. */
static bool tell_alive(void)
{
    struct children_alive alive = children_alive();
    size_t processes = alive.processes, threads = alive.threads;
    char text[80] = "", more[40] = "";
    if (processes)
        snprintf(text, sizeof text, "%zu process%s", processes,
                 processes == 1 ? "" : "es");
    if (threads)
        snprintf(more, sizeof more, "%s%zu thread%s", processes ? " and " : "",
                 threads, threads == 1 ? "" : "s");
    if (processes + threads == 0)
        return false;
    bool one = processes + threads == 1;
    printf("%s%s still run%s; Ctrl-D again ends %s\n", text, more,
           one ? "s" : "", one ? "it" : "them");
    return true;
}

/* Whether the end of the input is to be the session's: not the first Ctrl-D
 * where something still runs. */
static bool is_end(bool asked)
{
    return asked || !screen_is_terminal() || !tell_alive();
}

/* `prompt`: of a task in the middle of what it does; NULL: of a session. */
static void run_chunks(lua_State *L, const char *prompt)
{
    bool asked = false; /* the last thing was a Ctrl-D */
    while (!terminal_has_quit()) {
        enum prompt_outcome outcome = read_chunk(L, prompt ? prompt : "> ");
        if (outcome == PROMPT_END && (prompt || is_end(asked)))
            return;
        asked = outcome == PROMPT_END;
        if (outcome == PROMPT_LINE)
            run_chunk(L);
        lua_settop(L, 0);
        files_flush_stdout();
    }
}

/* A thread cannot be ended from outside, so the process ends with it. */
static void end_children(void)
{
    bool threads = children_alive().threads > 0;
    children_end();
    if (!threads)
        return;
    tl_socket_file_remove_all();
    _exit(files_end(EXIT_SUCCESS));
}

static bool define_ipc(lua_State *L)
{
    require_push(L, "tidelock");
    int status = chunk_call(L, 1, 1);
    if (chunk_report(L, status) == LUA_OK)
        lua_setglobal(L, "ipc");
    return status == LUA_OK;
}

bool repl_is_open(void)
{
    return reads == getpid();
}

void repl_run(lua_State *L)
{
    lua_settop(L, 0);
    if (!define_ipc(L) || !session_open(L))
        return;
    thread_define("ipc");
    exit_interactive(true);
    bool own = screen_is_terminal();
    exit_before(own ? children_end : NULL);
    tl_simulate_by_hand();
    prompt_open(L, "Tidelock " TL_VERSION ", " LUA_VERSION
                   ", the module is `ipc`, :help tells more, Ctrl-D ends\n");
    reads = getpid();
    run_chunks(L, NULL);
    reads = 0;
    prompt_close();
    exit_before(NULL);
    if (own)
        end_children();
    exit_interactive(false);
}

void repl_run_here(lua_State *L)
{
    char prompt[TL_NAME_SIZE + 4];
    snprintf(prompt, sizeof prompt, "%s", lua_tostring(L, 2));
    if (!session_open(L))
        return;
    prompt_open(L, lua_tostring(L, 1));
    lua_settop(L, 0);
    tl_simulate_by_hand();
    reads = getpid();
    run_chunks(L, prompt);
    reads = 0;
    prompt_close();
}
