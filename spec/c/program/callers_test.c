/*
 * Callers: what Lua keeps of a call is found out, wherever it lies in memory.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "trace/callers.h"

#define STATES 300

static int failures;

static void say(bool well, const char *what)
{
    printf("%s - %s\n", well ? "ok" : "not ok", what);
    failures += !well;
}

/* Collects all the time, each time with a call. */
static const char collect[] =
    "local function watch() setmetatable({}, { __gc = watch }) end watch()\n"
    "collectgarbage('setpause', 1) collectgarbage('setstepmul', 10000)";

static void *between[STATES];

/* In a state whose memory lies elsewhere than that of the one before. */
static bool is_found(unsigned n)
{
    between[n] = malloc(16 + 8 * (size_t)(rand() % 200));
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    bool well = !luaL_dostring(L, collect);
    lua_pushinteger(L, n);
    atomic_store(&callers_words.known, false);
    callers_look(L);
    well = well && callers_known() && lua_gettop(L) == 1;
    lua_close(L);
    if (n % 2) {
        free(between[n - 1]);
        between[n - 1] = NULL;
    }
    return well;
}

static bool is_always_found(void)
{
    for (unsigned n = 0; n < STATES; n++)
        if (!is_found(n))
            return false;
    return true;
}

/* ---- what is told by it ---- */

static uintptr_t places[8];
static bool of_lua[8];
static unsigned count;

static int note(lua_State *L)
{
    of_lua[count] = callers_place(L, &places[count]);
    count++;
    return 0;
}

static bool places_are_told_apart(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    lua_pushcfunction(L, note);
    lua_setglobal(L, "note");
    bool well = !luaL_dostring(L, "local function f() note() end\n"
                                  "f() f() note() pcall(note)\n"
                                  "coroutine.wrap(f)()");
    lua_close(L);
    return well && count == 5 && of_lua[0] && of_lua[1] && of_lua[2] &&
           !of_lua[3] && of_lua[4] && places[0] == places[1] &&
           places[1] != places[2] && places[4] == places[0];
}

int main(void)
{
    say(is_always_found(), "is found wherever it lies");
    say(places_are_told_apart(), "places are told apart");
    return failures != 0;
}
