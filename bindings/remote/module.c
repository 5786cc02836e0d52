/*
 * tidelock_remote: what ipc.open of an address loads.  See far/door.h.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "far/door.h"
#include "remote/caller.h"
#include "remote/remote.h"
#include "remote/opening.h"

/* From { name = address, option = ... } to address, { option = ... }. */
static void split_options(lua_State *L)
{
    lua_settop(L, 1);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, 2);
    }
    lua_getfield(L, 2, "name");
    lua_replace(L, 1);
    lua_pushnil(L);
    lua_setfield(L, 2, "name");
}

/* A plain name is a space on the server that TIDELOCK_ENGINE names. */
static void complete_address(lua_State *L)
{
    const char *name = lua_tostring(L, 1);
    const char *engine = getenv("TIDELOCK_ENGINE");
    if (!name || strchr(name, ':') || !engine)
        return;
    size_t size = strlen(engine);
    while (size > 0 && engine[size - 1] == '/')
        size--;
    lua_pushlstring(L, engine, size);
    lua_pushfstring(L, "%s/%s", lua_tostring(L, -1), name);
    lua_replace(L, 1);
    lua_pop(L, 1);
}

/* open(address [, options]) or open{ name = address, ... }: a space. */
static int open_space(lua_State *L)
{
    if (lua_istable(L, 1))
        split_options(L);
    lua_settop(L, 2);
    complete_address(L);
    return remote_modules_call(L, "remote.space", "open");
}

/* arrive(record): the object that a message carries. */
static int arrive(lua_State *L)
{
    return remote_modules_call(L, "remote.object", "receive");
}

/* ipc.wait and ipc.receive where an item is far. */
static int wait(lua_State *L)
{
    return remote_modules_call(L, "remote.wait", "wait");
}

static int receive(lua_State *L)
{
    return remote_modules_call(L, "remote.wait", "receive");
}

/* engine_text(): what a server loads, for the program's commands and specs. */
static int engine_text(lua_State *L)
{
    remote_modules_push_library(L);
    return 1;
}

static const luaL_Reg functions[] = {
    {"engine_text", engine_text}, {"open", open_space},
    {"arrive", arrive},           {"wait", wait},
    {"receive", receive},         {NULL, NULL}};

static void open_client(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, remote_core->functions, 0);
    remote_sessions_open(L);
    remote_connections_open(L);
    remote_objects_open(L);
    remote_digest_open(L);
    lua_pushcfunction(L, engine_text);
    lua_setfield(L, -2, "engine_text");
    remote_modules_add(L, "remote.client");
}

/* Each thread of the program loads the module; the first one sets all this. */
static void know(const struct door_core *core)
{
    static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&guard);
    if (!remote_core) {
        atexit(tl_opening_end_all);
        *core->at_end = tl_opening_end_all;
        *core->at_join = tl_caller_pass_on;
        remote_core = core;
    }
    pthread_mutex_unlock(&guard);
}

__attribute__((visibility("default"))) int luaopen_tidelock_remote(lua_State *L)
{
    const struct door_core *core = lua_touserdata(L, 1);
    if (!core || core->version != DOOR_CORE_VERSION)
        return luaL_error(L, "tidelock_remote is a part of tidelock, of the "
                             "same version: use ipc.open(address)");
    know(core);
    remote_modules_open(L);
    open_client(L);
    luaL_newlib(L, functions);
    remote_modules_offer(L);
    return 1;
}
