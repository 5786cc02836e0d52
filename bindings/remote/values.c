/*
 * Values, as requests and answers carry them: `=` and the bytes, or `@` and the
 * key of many bytes, which lie apart.
 */
#include <stdio.h>
#include <string.h>

#include <hiredis/hiredis.h>
#include <lauxlib.h>

#include "remote/caller.h"
#include "wire/moment.h"
#include "remote/remote.h"

#define LARGE 16384 /* bytes from which a value is apart */

/* pack(bytes [, deadline]): how a request carries them; many of them go apart,
 * in front of it.  nil: the session could not be opened by then. */
int remote_value_pack(lua_State *L)
{
    size_t size;
    const char *bytes = luaL_checklstring(L, 2, &size);
    if (size <= LARGE) {
        lua_pushfstring(L, "=");
        lua_pushvalue(L, 2);
        lua_concat(L, 2);
        return 1;
    }
    struct tl_caller *caller =
        remote_session_enter_by(L, remote_session_deadline(L, 3));
    char name[64], key[160];
    if (!caller)
        return 0;
    tl_session_new_value(caller->session, name, sizeof name);
    snprintf(key, sizeof key, "%sx%s", caller->session->key, name);
    const char *words[] = {key, bytes, "EX", "600"};
    const size_t sizes[] = {strlen(key), size, 2, 3};
    struct tl_request set = {
        .op = "SET", .count = 4, .words = words, .sizes = sizes};
    tl_caller_before(caller, &set);
    lua_pushfstring(L, "@%s", name);
    return 1;
}

/* Argument: the reply. */
static int push_text(lua_State *L)
{
    const struct redisReply *reply = lua_touserdata(L, 1);
    if (reply->type == REDIS_REPLY_STRING)
        lua_pushlstring(L, reply->str, (size_t)reply->len);
    else
        lua_pushnil(L);
    return 1;
}

/* Pushes what the server has under the key at the top, or nil; and perhaps why.
 */
static int fetch(lua_State *L, struct tl_caller *caller, bool took,
                 int64_t deadline)
{
    struct redisReply *reply;
    size_t size;
    const char *key = lua_tolstring(L, -1, &size);
    struct tl_request get = {
        .op = "GET", .count = 1, .words = &key, .sizes = &size};
    int status = tl_caller_read(caller, &get, took, deadline, &reply);
    if (status == TL_TIMEOUT) {
        lua_pushnil(L);
        lua_pushliteral(L, "timeout");
        return 2;
    }
    if (status < 0)
        return remote_session_fail(L, caller->session, caller->trouble, status);
    lua_pushcfunction(L, push_text);
    lua_pushlightuserdata(L, reply);
    status = lua_pcall(L, 1, 1, 0);
    freeReplyObject(reply);
    return status == LUA_OK ? 1 : lua_error(L);
}

/* unpack(cell, took [, deadline]): the bytes; nil where they have gone; nil,
 * "timeout".  `took`: the last request has taken them; it is undone, by the
 * next one, where they do not come. */
int remote_value_unpack(lua_State *L)
{
    size_t size;
    const char *cell = luaL_checklstring(L, 2, &size);
    if (*cell != '@') {
        lua_pushlstring(L, cell + (size > 0), size > 0 ? size - 1 : 0);
        return 1;
    }
    struct tl_caller *caller = remote_session_enter(L);
    lua_pushfstring(L, "%sx%s", caller->session->key, cell + 1);
    return fetch(L, caller, lua_toboolean(L, 3), remote_session_deadline(L, 4));
}

/* free(cell): what was taken has been read, and goes with the next request. */
int remote_value_free(lua_State *L)
{
    size_t size;
    const char *cell = luaL_checklstring(L, 2, &size);
    if (*cell != '@')
        return 0;
    const char *name = cell + 1;
    size--;
    struct tl_request drop = {
        .op = "free", .count = 1, .words = &name, .sizes = &size};
    tl_caller_before_call(remote_session_enter(L), &drop);
    return 0;
}
