/* The userdata of sessions. */
#include <string.h>

#include <lauxlib.h>

#include "far/door.h"
#include "lua/compat.h"
#include "remote/caller.h"
#include "remote/opening.h"
#include "remote/remote.h"
#include "wire/moment.h"

static char session_key;  /* registry: the metatable */
static char sessions_key; /* registry, weak: struct tl_session * -> userdata */

struct tl_session *remote_session_check(lua_State *L)
{
    struct tl_session **session = lua_touserdata(L, 1);
    bool same = session && lua_getmetatable(L, 1);
    if (same) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &session_key);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    if (!session || !same)
        luaL_argerror(L, 1, "a session is expected");
    return session ? *session : NULL;
}

void remote_session_push(lua_State *L, struct tl_session *session)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &sessions_key);
    if (lua_rawgetp(L, -1, session) == LUA_TNIL) {
        lua_pop(L, 1);
        struct tl_session **place = lua_newuserdatauv(L, sizeof *place, 0);
        *place = session;
        lua_rawgetp(L, LUA_REGISTRYINDEX, &session_key);
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, session);
    }
    lua_remove(L, -2);
}

static int lost(lua_State *L, struct tl_session *session)
{
    return remote_raise(L, "%s: %s", session->endpoint.shown,
                        tl_session_reason(session));
}

int remote_session_fail(lua_State *L, struct tl_session *session,
                        const char *why, int status)
{
    switch (status) {
    case TL_CLOSED:
        return lost(L, session);
    case TL_UNREACHABLE:
    case TL_REFUSED:
    case TL_BROKEN:
        return remote_raise(L, "%s: %s", session->endpoint.shown, why);
    case TL_TIMEOUT: /* of an opening, whose own bound came first */
        return remote_raise(L, "%s: %s", session->endpoint.shown,
                            *why ? why : "no answer in time");
    case TL_NO_MEMORY:
        return remote_raise(L, "%s: not enough memory",
                            session->endpoint.shown);
    default:
        return remote_core->fail(L, status);
    }
}

/* People are told of the task by its own name, where that is not the opener's.
 */
static void tell_name(struct tl_caller *caller)
{
    const char *name = remote_core->name();
    size_t size = strlen(name);
    struct tl_request told = {
        .op = "task", .count = 1, .words = &name, .sizes = &size};
    caller->named = true;
    if (strcmp(name, caller->session->opener) != 0)
        tl_caller_before_call(caller, &told);
}

int64_t remote_session_deadline(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return TL_MOMENT_FOREVER;
    double seconds = luaL_checknumber(L, index);
    if (!(seconds > 0))
        return 0;
    return seconds < 9e9 ? (int64_t)(seconds * (double)TL_MOMENT_SECOND)
                         : TL_MOMENT_FOREVER;
}

/* An opening is several requests, and most often the process's first: so also
 * what may not wait gives it that long. */
#define OPENING_LEAST (2 * TL_MOMENT_SECOND)

static int64_t for_opening(int64_t deadline)
{
    int64_t least = tl_moment_now() + OPENING_LEAST;
    return deadline > least ? deadline : least;
}

struct tl_caller *remote_session_enter_by(lua_State *L, int64_t deadline)
{
    struct tl_session *session = remote_session_check(L);
    char why[TL_WIRE_TROUBLE] = "";
    remote_core->enter(L);
    int status =
        tl_opening_enter(session, for_opening(deadline), why, sizeof why);
    if (status == TL_TIMEOUT && tl_moment_now() >= deadline)
        return NULL;
    if (status < 0)
        remote_session_fail(L, session, why, status);
    struct tl_caller *caller = tl_caller_here(session);
    if (!caller)
        remote_session_fail(L, session, why, TL_NO_MEMORY);
    else if (!caller->named)
        tell_name(caller);
    return caller;
}

struct tl_caller *remote_session_enter(lua_State *L)
{
    struct tl_caller *caller = remote_session_enter_by(L, TL_MOMENT_FOREVER);
    if (!caller)
        remote_session_fail(L, remote_session_check(L), "", TL_TIMEOUT);
    return caller;
}

void remote_session_class(lua_State *L)
{
    lua_rawsetp(L, LUA_REGISTRYINDEX, &session_key);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &sessions_key);
}
