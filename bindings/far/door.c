#include "far/door.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "lua/context.h"
#include "lua/misuse.h"
#include "tidelock.h"

static char module_key; /* registry: the module */

const struct door_core *door_core;
_Atomic(door_recorded_call *) door_call_recorded;

/* Pushes where the module may be: beside the program, where `make install` puts
 * it, and where Lua looks for C modules. */
static void push_path(lua_State *L)
{
    char program[1024];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    program[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "cpath");
    const char *path = lua_tostring(L, -1);
    lua_pushfstring(L, "%s/?.so;%s/../lib/lua/%s/?.so;%s", program, program,
                    &LUA_VERSION[strlen("Lua ")], path ? path : "");
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Pushes package[name]. */
static void push_of_package(lua_State *L, const char *name)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

/* Pushes the function that opens the module. */
static void push_opener(lua_State *L)
{
    push_of_package(L, "searchpath");
    lua_pushliteral(L, "tidelock_remote");
    push_path(L);
    lua_call(L, 2, 1);
    if (lua_isnil(L, -1))
        misuse(L, NULL, "open",
               "an address needs the module tidelock_remote, which is not "
               "installed: build it by make, with the packages libhiredis-dev "
               "and libssl-dev");
    const char *file = lua_tostring(L, -1);
    push_of_package(L, "loadlib");
    lua_pushstring(L, file);
    lua_pushliteral(L, "luaopen_tidelock_remote");
    lua_call(L, 2, 2);
    if (lua_isnil(L, -2))
        misuse(L, NULL, "open",
               "the module %s cannot be loaded: %s; it needs the packages "
               "libhiredis and libssl",
               file, lua_tostring(L, -1));
    lua_pop(L, 1);
    lua_remove(L, -2);
}

static void push_module(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &module_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    push_opener(L);
    lua_pushlightuserdata(L, (void *)door_core);
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &module_key);
}

void door_push(lua_State *L, const char *name)
{
    luaL_checkstack(L, 8, NULL);
    push_module(L);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

static int preloaded(lua_State *L)
{
    push_module(L);
    return 1;
}

void door_open(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    if (lua_istable(L, -1)) {
        lua_pushcfunction(L, preloaded);
        lua_setfield(L, -2, "tidelock_remote");
    }
    lua_pop(L, 2);
}

static void (*at_end)(void);

void door_end(void)
{
    if (at_end)
        at_end();
}

void (**door_at_end(void))(void)
{
    return &at_end;
}

bool door_is_address(const char *text)
{
    const char *at = text;
    if (!isalpha((unsigned char)*at))
        return false;
    while (isalnum((unsigned char)*at) || *at == '+')
        at++;
    return *at == ':';
}

int door_call(lua_State *L, const char *name)
{
    context_set(L);
    door_push(L, name);
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

int door_open_address(lua_State *L)
{
    if (tl_simulate_is_on())
        return misuse(L, NULL, "open",
                      "a simulation knows no other machine: open a space of "
                      "this one, as ipc.open(\"kitchen\")");
    return door_call(L, "open");
}
