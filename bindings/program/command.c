#include "program/command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lualib.h>

#include "embedded/embedded.h"
#include "explore/host/host.h"
#include "judge/plain_file.h"
#include "labs/files.h"
#include "labs/runner.h"
#include "labs/share.h"
#include "lua/require.h"
#include "lua/traceback.h"
#include "module.h"
#include "terminal/keys.h"
#include "terminal/system.h"
#include "timeline/export/pack.h"
#include "timeline/read/reader.h"
#include "timeline/tally/tally.h"
#include "top/view.h"

#define WRONG_USE 2
#define OWN_EXPLORER "TIDELOCK_EXPLORER"

static const char *const names[] = {"explore", "replay", "timeline",
                                    "lab",     "top",    "ps",
                                    "engine",  "worker", NULL};

static const luaL_Reg libraries[] = {
    {"explore.host", host_open_library},
    {"judge.plain_file", plain_file_open_library},
    {"labs.files", files_open_library},
    {"labs.runner", runner_open_library},
    {"labs.share", share_open_library},
    {"terminal.keys", keys_open_library},
    {"terminal.system", system_open_library},
    {"tidelock", luaopen_tidelock},
    {"timeline.pack", pack_open_library},
    {"timeline.reader", reader_open_library},
    {"timeline.tally", tally_open_library},
    {"top.view", view_open_library},
    {NULL, NULL}};

bool command_has(const char *word)
{
    for (const char *const *name = names; *name; name++)
        if (strcmp(word, *name) == 0)
            return true;
    return false;
}

bool command_is_address(const char *word)
{
    return word && (strchr(word, ':') || strstr(word, "//"));
}

static bool explores(const char *word)
{
    return strcmp(word, "explore") == 0 || strcmp(word, "replay") == 0;
}

/* Errors for the user are strings without a place; the others are ours. */
static int add_traceback(lua_State *L)
{
    traceback_push(L);
    return 1;
}

struct call {
    int count;
    char **arguments;
};

/* Pushes the function that the arguments are given to. */
static void push_main(lua_State *L, const char *word)
{
    const char *own = explores(word) ? getenv(OWN_EXPLORER) : NULL;
    if (!own) {
        require_push(L, "program.dispatch");
        lua_call(L, 1, 1);
    } else if (luaL_loadfile(L, own) != LUA_OK) {
        lua_error(L);
    }
}

static int run(lua_State *L)
{
    const struct call *call = lua_touserdata(L, 1);
    luaL_openlibs(L);
    embedded_open(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "_PRELOAD");
    for (const luaL_Reg *library = libraries; library->name; library++) {
        lua_pushcfunction(L, library->func);
        lua_setfield(L, -2, library->name);
    }
    lua_settop(L, 0);
    lua_createtable(L, call->count, 1);
    for (int i = 0; i < call->count; i++) {
        lua_pushstring(L, call->arguments[i]);
        lua_rawseti(L, -2, i - 1);
    }
    lua_setglobal(L, "arg");
    push_main(L, call->arguments[1]);
    luaL_checkstack(L, call->count, "too many arguments");
    for (int i = 1; i < call->count; i++)
        lua_pushstring(L, call->arguments[i]);
    lua_call(L, call->count - 1, 1);
    return 1;
}

int command_run(int count, char **arguments)
{
    struct call call = {.count = count, .arguments = arguments};
    lua_State *L = luaL_newstate();
    int status = WRONG_USE;
    if (!L) {
        fputs("tidelock: not enough memory for a Lua state\n", stderr);
        return status;
    }
    signal(SIGCHLD, SIG_DFL);
    lua_pushcfunction(L, add_traceback);
    lua_pushcfunction(L, run);
    lua_pushlightuserdata(L, &call);
    if (lua_pcall(L, 1, 1, 1) == LUA_OK) {
        status = (int)lua_tointeger(L, -1);
    } else {
        fprintf(stderr, "tidelock: %s\n", lua_tostring(L, -1));
    }
    lua_close(L);
    return status;
}
