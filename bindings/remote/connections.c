/*
 * Connections: plain commands of Redis, for tools: no session, no library.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>
#include <lauxlib.h>

#include "lua/compat.h"
#include "far/door.h"
#include "wire/words.h"
#include "wire/endpoint.h"
#include "wire/login.h"
#include "wire/moment.h"
#include "wire/password_file.h"
#include "remote/remote.h"
#include "wire/wire.h"

#define PATIENCE (5 * TL_MOMENT_SECOND)

struct connection {
    struct tl_wire wire;
    struct tl_words command;
    char shown[TL_ENDPOINT_SIZE];
};

static char connection_key; /* registry: the metatable */

static struct connection *check(lua_State *L)
{
    void *connection = lua_touserdata(L, 1);
    bool same = connection && lua_getmetatable(L, 1);
    if (same) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &connection_key);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    luaL_argcheck(L, same, 1, "a connection is expected");
    return connection;
}

static int64_t soon(void)
{
    return tl_moment_now() + PATIENCE;
}

/* Raises what a call that failed with `status` means. */
static int fail(lua_State *L, struct connection *connection, int status)
{
    if (status == TL_TIMEOUT && !*connection->wire.trouble)
        return remote_raise(L, "%s: no answer within 5 seconds",
                            connection->shown);
    if (status == TL_BROKEN || status == TL_REFUSED || status == TL_TIMEOUT ||
        status == TL_UNREACHABLE || status == TL_NO_MEMORY)
        return remote_raise(L, "%s: %s", connection->shown,
                            connection->wire.trouble);
    return remote_core->fail(L, status);
}

/* ---- replies ---- */

static void push(lua_State *L, const struct redisReply *reply, int depth)
{
    switch (reply->type) {
    case REDIS_REPLY_INTEGER:
        lua_pushinteger(L, (lua_Integer)reply->integer);
        return;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
        lua_pushlstring(L, reply->str, (size_t)reply->len);
        return;
    case REDIS_REPLY_ARRAY:
        luaL_checkstack(L, 4, NULL);
        lua_createtable(L, (int)reply->elements, 0);
        for (size_t i = 0; i < reply->elements; i++) {
            push(L, reply->element[i], depth + 1);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        return;
    default:
        if (depth > 0)
            lua_pushboolean(L, 0); /* nil would end a list */
        else
            lua_pushnil(L);
    }
}

/* Upvalue-free, for pcall: argument 1 is the reply. */
static int push_reply(lua_State *L)
{
    const struct redisReply *reply = lua_touserdata(L, 1);
    if (reply->type == REDIS_REPLY_ERROR)
        lua_pushnil(L);
    push(L, reply, 0);
    return lua_gettop(L) - 1;
}

/* Takes the reply; how many values were pushed. */
static int push_and_free(lua_State *L, struct redisReply *reply)
{
    int top = lua_gettop(L);
    lua_pushcfunction(L, push_reply);
    lua_pushlightuserdata(L, reply);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    freeReplyObject(reply);
    return status == LUA_OK ? lua_gettop(L) - top : lua_error(L);
}

/* ---- methods ---- */

/* Adds a command of the words from stack index `first` on. */
static void add_words(lua_State *L, struct tl_words *command, int first)
{
    int last = lua_gettop(L), count = last - first + 1;
    for (int i = first; i <= last; i++)
        luaL_checkstring(L, i);
    tl_words_begin(command, (size_t)count);
    for (int i = first; i <= last; i++) {
        size_t size;
        const char *word = lua_tolstring(L, i, &size);
        tl_words_add(command, word, size);
    }
}

/* command(word, ...): the reply; nil and the text of an error. */
static int connection_command(lua_State *L)
{
    struct connection *connection = check(L);
    struct redisReply *reply = NULL;
    tl_words_clear(&connection->command);
    add_words(L, &connection->command, 2);
    if (!tl_wire_is_open(&connection->wire))
        return remote_raise(L, "%s: the connection is closed",
                            connection->shown);
    int status = tl_wire_send(&connection->wire, connection->command.bytes,
                              connection->command.size, soon());
    if (status == TL_OK)
        status = tl_wire_receive(&connection->wire, &reply, soon());
    if (status != TL_OK || !reply) {
        tl_wire_close(&connection->wire);
        return fail(L, connection, status);
    }
    return push_and_free(L, reply);
}

/* Writes all commands of the list at 2; how many they are. */
static lua_Integer add_commands(lua_State *L, struct connection *connection)
{
    lua_Integer count = luaL_len(L, 2);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, 2, i);
        int words = (int)luaL_len(L, 3);
        luaL_checkstack(L, words + 4, NULL);
        for (int k = 1; k <= words; k++)
            lua_geti(L, 3, k);
        add_words(L, &connection->command, 4);
        lua_settop(L, 2);
    }
    return count;
}

/* pipeline{ { word, ... }, ... }: the list of replies; that of an error is the
 * table { error = text }. */
static int connection_pipeline(lua_State *L)
{
    struct connection *connection = check(L);
    struct redisReply *reply;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    tl_words_clear(&connection->command);
    lua_Integer count = add_commands(L, connection);
    if (!tl_wire_is_open(&connection->wire))
        return remote_raise(L, "%s: the connection is closed",
                            connection->shown);
    lua_createtable(L, (int)count, 0);
    int status = tl_wire_send(&connection->wire, connection->command.bytes,
                              connection->command.size, soon());
    for (lua_Integer i = 1; status == TL_OK && i <= count; i++) {
        status = tl_wire_receive(&connection->wire, &reply, soon());
        if (status == TL_OK && push_and_free(L, reply) == 2) {
            lua_createtable(L, 0, 1);
            lua_insert(L, -2);
            lua_setfield(L, -2, "error");
            lua_remove(L, -2);
        }
        if (status == TL_OK)
            lua_rawseti(L, 3, i);
    }
    if (status == TL_OK)
        return 1;
    tl_wire_close(&connection->wire);
    return fail(L, connection, status);
}

/* receive(seconds): what the server sends without being asked, as to who has
 * subscribed; nil, "timeout". */
static int connection_receive(lua_State *L)
{
    struct connection *connection = check(L);
    struct redisReply *reply;
    double seconds = luaL_checknumber(L, 2);
    luaL_argcheck(L, seconds >= 0 && seconds <= 3600, 2, "0 to 3600 seconds");
    if (!tl_wire_is_open(&connection->wire))
        return remote_raise(L, "%s: the connection is closed",
                            connection->shown);
    int status = tl_wire_receive(
        &connection->wire, &reply,
        tl_moment_now() + (int64_t)(seconds * (double)TL_MOMENT_SECOND));
    if (status == TL_TIMEOUT) {
        lua_pushnil(L);
        lua_pushliteral(L, "timeout");
        return 2;
    }
    return status < 0 ? fail(L, connection, status) : push_and_free(L, reply);
}

static int connection_close(lua_State *L)
{
    struct connection *connection = check(L);
    tl_wire_close(&connection->wire);
    tl_words_drop(&connection->command);
    return 0;
}

static int connection_tostring(lua_State *L)
{
    lua_pushfstring(L, "connection %s", check(L)->shown);
    return 1;
}

/* ---- connecting ---- */

static bool flag(lua_State *L, const char *name)
{
    bool on = lua_istable(L, 2) && lua_getfield(L, 2, name) != LUA_TNIL &&
              lua_toboolean(L, -1);
    lua_settop(L, 3);
    return on;
}

static void refuse(lua_State *L, const char *address, const char *what,
                   const char *why)
{
    char shown[TL_ENDPOINT_SIZE];
    tl_endpoint_harmless(address, shown, sizeof shown);
    remote_raise(L, "%s %s: %s", shown, what, why);
}

/* With or without a space; with the option `server`, without. */
static void read_endpoint(lua_State *L, struct tl_endpoint *endpoint)
{
    char why[TL_WIRE_TROUBLE];
    const char *address = luaL_checkstring(L, 1);
    bool server = flag(L, "server");
    if (!tl_endpoint_read(endpoint, address, !server, why, sizeof why) &&
        (server ||
         !tl_endpoint_read(endpoint, address, false, why, sizeof why)))
        refuse(L, address, "is no address of a server", why);
    endpoint->insecure = flag(L, "insecure");
    if (lua_istable(L, 2) && lua_getfield(L, 2, "ca") == LUA_TSTRING)
        snprintf(endpoint->authority, sizeof endpoint->authority, "%s",
                 lua_tostring(L, -1));
    lua_settop(L, 3);
    if (!tl_password_file_apply(endpoint, NULL, why, sizeof why))
        refuse(L, address, "cannot be reached", why);
}

/* connect(address [, { server =, insecure =, ca = }]) */
static int connect(lua_State *L)
{
    struct tl_endpoint endpoint;
    lua_settop(L, 2);
    struct connection *connection = lua_newuserdatauv(L, sizeof *connection, 0);
    *connection = (struct connection){0};
    tl_wire_init(&connection->wire, remote_core->wait);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &connection_key);
    lua_setmetatable(L, 3);
    read_endpoint(L, &endpoint);
    memcpy(connection->shown, endpoint.shown, sizeof endpoint.shown);
    int status = tl_login(&connection->wire, &endpoint, soon());
    tl_endpoint_forget(&endpoint);
    return status < 0 ? fail(L, connection, status) : 1;
}

static const luaL_Reg methods[] = {
    {"command", connection_command},     {"pipeline", connection_pipeline},
    {"receive", connection_receive},     {"close", connection_close},
    {"__gc", connection_close},          {"__close", connection_close},
    {"__tostring", connection_tostring}, {NULL, NULL}};

void remote_connections_open(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "connection");
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &connection_key);
    lua_pushcfunction(L, connect);
    lua_setfield(L, -2, "connect");
}
