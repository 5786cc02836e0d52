/* Opening a session, for the Lua of the module. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "far/door.h"
#include "remote/opening.h"
#include "remote/remote.h"

/* The option of that name, or NULL. */
static const char *text_option(lua_State *L, const char *name)
{
    if (!lua_istable(L, 2))
        return NULL;
    if (lua_getfield(L, 2, name) == LUA_TNIL)
        return NULL;
    return luaL_checkstring(L, -1); /* the table holds it */
}

static void read_options(lua_State *L, struct tl_opening_options *options)
{
    const char *on_lost = text_option(L, "on_lost");
    *options = (struct tl_opening_options){
        .authority = text_option(L, "ca"),
        .password_file = text_option(L, "password_file"),
        .program = text_option(L, "program"),
        .kills = on_lost && strcmp(on_lost, "kill") == 0,
        .name = remote_core->name,
        .wait = remote_core->wait,
    };
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, "lease");
        options->lease = luaL_optnumber(L, -1, 0);
        lua_getfield(L, 2, "insecure");
        options->insecure = lua_toboolean(L, -1);
    }
}

/* open(address [, options]): the session; nil and what is wrong. */
int remote_session_open(lua_State *L)
{
    struct tl_opening_options options;
    struct tl_session *session;
    char why[TL_WIRE_TROUBLE] = "";
    size_t length;
    const char *address = luaL_checklstring(L, 1, &length);
    lua_settop(L, 2);
    read_options(L, &options);
    remote_modules_push_library(L);
    options.functions = luaL_checklstring(L, -1, &options.functions_size);
    int status = TL_BAD_ADDRESS;
    if (strlen(address) != length)
        snprintf(why, sizeof why, "there is a zero byte in it");
    else
        status = tl_opening_open(&session, address, &options, why, sizeof why);
    if (status < 0 && !*why)
        return remote_core->fail(L, status);
    if (status < 0) {
        char shown[TL_ENDPOINT_SIZE];
        tl_endpoint_harmless(address, shown, sizeof shown);
        lua_pushnil(L);
        lua_pushfstring(L, "%s %s: %s", shown,
                        status == TL_BAD_ADDRESS ? "makes no sense"
                                                 : "cannot be opened",
                        why);
        return 2;
    }
    remote_session_push(L, session);
    return 1;
}

/* session(uid): that of this process; nil: it has none. */
int remote_session_find(lua_State *L)
{
    struct tl_session *session = tl_opening_find(luaL_checkstring(L, 1));
    if (!session)
        return 0;
    remote_session_push(L, session);
    return 1;
}
