/*
 * Sessions, as the Lua of the module has them: see runtime/remote/session.h and
 * caller.h.  What this file raises has no position: the Lua that calls adds the
 * script's.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>
#include <lauxlib.h>

#include "lua/compat.h"
#include "lua/local_object.h"
#include "far/door.h"
#include "remote/caller.h"
#include "wire/moment.h"
#include "remote/remote.h"
#include "remote/opening.h"

#define PATIENCE (10 * TL_MOMENT_SECOND) /* of what is told */
#define MOST_WORDS 10000
#define MOST_FIELDS 250000

static char waitable_key; /* registry: the metatable */

/* ---- words and fields ---- */

struct words {
    const char *words[MOST_WORDS];
    size_t sizes[MOST_WORDS];
};

/* The request that the stack holds from index `op` on.  Few words lie in
 * `few`, many in a userdata. */
#define FEW 16
struct few_words {
    const char *words[FEW];
    size_t sizes[FEW];
};

static void read_word(lua_State *L, int index, const char **word, size_t *size)
{
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        *word = lua_toboolean(L, index) ? "1" : "0";
        *size = 1;
        return;
    case LUA_TNIL:
        *word = "";
        *size = 0;
        return;
    default:
        *word = luaL_checklstring(L, index, size);
    }
}

static void read_request(lua_State *L, int op, struct few_words *few,
                         struct tl_request *request)
{
    int count = lua_gettop(L) - op;
    const char **words = few->words;
    size_t *sizes = few->sizes;
    request->op = luaL_checkstring(L, op);
    if (count > MOST_WORDS)
        luaL_error(L, "too many arguments of %s", request->op);
    if (count > FEW) {
        struct words *many = lua_newuserdatauv(L, sizeof *many, 0);
        words = many->words;
        sizes = many->sizes;
    }
    for (int i = 0; i < count; i++)
        read_word(L, op + 1 + i, &words[i], &sizes[i]);
    request->count = (size_t)count;
    request->words = words;
    request->sizes = sizes;
}

static int push_fields(lua_State *L)
{
    struct tl_answer *answer = lua_touserdata(L, 1);
    const char *field;
    size_t size;
    int count = 1;
    lua_pushlstring(L, answer->status, answer->status_size);
    while (tl_answer_next(answer, &field, &size)) {
        if (count > MOST_FIELDS || !lua_checkstack(L, 4))
            return remote_raise(L, "the server's answer has too many fields");
        lua_pushlstring(L, field, size);
        count++;
    }
    if (answer->fields < answer->end)
        return remote_raise(L, "the server's answer makes no sense");
    return count;
}

/* Most answers have a field or two, and are pushed without a protected call,
 * which only guards against a lack of memory. */
static int push_answer(lua_State *L, struct tl_answer *answer)
{
    int top = lua_gettop(L);
    lua_pushcfunction(L, push_fields);
    lua_pushlightuserdata(L, answer);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    tl_answer_drop(answer);
    return status == LUA_OK ? lua_gettop(L) - top : lua_error(L);
}

/* Status and fields; a time that ran out is "timeout", with "unanswered" where
 * the end of the request is not known. */
static int outcome(lua_State *L, struct tl_caller *caller, int status,
                   struct tl_answer *answer)
{
    if (status == TL_TIMEOUT) {
        lua_pushliteral(L, "timeout");
        lua_pushstring(L, caller->open ? "unanswered" : NULL);
        return 2;
    }
    if (status < 0)
        return remote_session_fail(L, caller->session, caller->trouble, status);
    return push_answer(L, answer);
}

/* Not sent, as the session could not be opened. */
static int too_late(lua_State *L)
{
    lua_pushliteral(L, "timeout");
    return 1;
}

/* ---- methods ---- */

/* enter([deadline]): whether the session could be opened by then, where it was
 * not. */
static int session_enter(lua_State *L)
{
    lua_pushboolean(
        L, remote_session_enter_by(L, remote_session_deadline(L, 2)) != NULL);
    return 1;
}

/* ask(deadline, op, ...): status, field, ... */
static int session_ask(lua_State *L)
{
    struct few_words few;
    struct tl_request request;
    struct tl_answer answer;
    int64_t deadline = remote_session_deadline(L, 2);
    remote_collector_work(L);
    struct tl_caller *caller = remote_session_enter_by(L, deadline);
    if (!caller)
        return too_late(L);
    read_request(L, 3, &few, &request);
    int status = tl_caller_ask(caller, &request, deadline, &answer);
    return outcome(L, caller, status, &answer);
}

/* This thread's caller that has begun a request. */
static struct tl_caller *begun(lua_State *L)
{
    struct tl_caller *caller = remote_session_enter(L);
    struct tl_caller *waits = tl_caller_begun(caller->session);
    if (!waits)
        luaL_error(L, "nothing was begun");
    return waits;
}

/* begin(deadline, op, ...): the same, which may be "wait": then it is to be
 * finished. */
static int session_begin(lua_State *L)
{
    struct few_words few;
    struct tl_request request;
    struct tl_answer answer;
    int64_t deadline = remote_session_deadline(L, 2);
    remote_collector_work(L);
    struct tl_caller *caller = remote_session_enter_by(L, deadline);
    if (!caller)
        return too_late(L);
    read_request(L, 3, &few, &request);
    int status = tl_caller_start(caller, &request, deadline, &answer);
    caller->begun = status == TL_OK && tl_answer_is(&answer, "wait");
    return outcome(L, caller, status, &answer);
}

/* finish([deadline]): the answer of what was begun; cancelled where it has not
 * come until then, or now. */
static int session_finish(lua_State *L)
{
    struct tl_answer answer;
    int64_t deadline =
        lua_isnoneornil(L, 2) ? 0 : remote_session_deadline(L, 2);
    struct tl_caller *caller = begun(L);
    int status = tl_caller_finish(caller, deadline, &answer);
    caller->begun = false;
    return outcome(L, caller, status, &answer);
}

/* poll(): the answer; or "wait" where it has not come. */
static int session_poll(lua_State *L)
{
    struct tl_answer answer;
    struct tl_caller *caller = begun(L);
    int status = tl_caller_poll(caller, &answer);
    if (status == TL_EMPTY) {
        lua_pushliteral(L, "wait");
        return 1;
    }
    caller->begun = false;
    return outcome(L, caller, status, &answer);
}

/* tell(op, ...): an unnumbered request. */
static int session_tell(lua_State *L)
{
    struct few_words few;
    struct tl_request request;
    struct tl_answer answer;
    struct tl_caller *caller = remote_session_enter(L);
    read_request(L, 2, &few, &request);
    int status =
        tl_caller_tell(caller, &request, tl_moment_now() + PATIENCE, &answer);
    if (status == TL_TIMEOUT)
        return remote_raise(L, "%s: no answer within 10 seconds",
                            caller->session->endpoint.shown);
    return outcome(L, caller, status, &answer);
}

/* ---- for ipc.wait ---- */

static int look(void *state, struct pollfd *polled, unsigned *count)
{
    struct tl_caller *caller = state;
    polled[0] = (struct pollfd){.fd = caller->mailbox.fd, .events = POLLIN};
    *count = 1;
    return tl_caller_is_ready(caller);
}

static const struct outside waited_for = {.look = look};

/* bell(): what ipc.wait takes: ready once the answer of what was begun is
 * there. */
static int session_bell(lua_State *L)
{
    struct tl_caller *caller = begun(L);
    struct tl_caller **place = lua_newuserdatauv(L, sizeof *place, 0);
    *place = caller;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &waitable_key);
    lua_setmetatable(L, -2);
    return 1;
}

static int session_id(lua_State *L)
{
    lua_pushstring(L, remote_session_enter(L)->session->id);
    return 1;
}

static int session_task(lua_State *L)
{
    lua_pushstring(L, remote_session_enter(L)->mailbox.task);
    return 1;
}

/* ---- fields ---- */

static int session_index(lua_State *L)
{
    struct tl_session *session = remote_session_check(L);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const char *name = luaL_checkstring(L, 2);
    if (strcmp(name, "uid") == 0)
        lua_pushstring(L, session->uid);
    else if (strcmp(name, "name") == 0)
        lua_pushstring(L, session->endpoint.space);
    else if (strcmp(name, "where") == 0)
        lua_pushstring(L, session->endpoint.shown);
    else if (strcmp(name, "lease") == 0)
        lua_pushnumber(L, (double)session->lease / (double)TL_MOMENT_SECOND);
    else
        lua_pushnil(L);
    return 1;
}

static int session_tostring(lua_State *L)
{
    lua_pushfstring(L, "session of %s",
                    remote_session_check(L)->endpoint.shown);
    return 1;
}

static const luaL_Reg methods[] = {{"enter", session_enter},
                                   {"ask", session_ask},
                                   {"begin", session_begin},
                                   {"finish", session_finish},
                                   {"poll", session_poll},
                                   {"tell", session_tell},
                                   {"pack", remote_value_pack},
                                   {"unpack", remote_value_unpack},
                                   {"free", remote_value_free},
                                   {"bell", session_bell},
                                   {"id", session_id},
                                   {"task", session_task},
                                   {NULL, NULL}};

static int process(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

static const luaL_Reg functions[] = {{"open", remote_session_open},
                                     {"session", remote_session_find},
                                     {"pid", process},
                                     {NULL, NULL}};

void remote_sessions_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
    lua_newtable(L);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushcclosure(L, session_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, session_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "session");
    lua_setfield(L, -2, "__metatable");
    remote_session_class(L);
    lua_newtable(L);
    remote_core->add_outside(L, &waited_for);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &waitable_key);
}
