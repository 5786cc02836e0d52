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
#include "lua/remote.h"
#include "remote/caller.h"
#include "remote/moment.h"
#include "remote/remote.h"
#include "remote/session.h"

#define PATIENCE (10 * TL_MOMENT_SECOND) /* of what is told */
#define LARGE 16384                      /* bytes from which a value is apart */
#define MOST_WORDS 10000
#define MOST_FIELDS 250000

static char session_key;  /* registry: the metatable */
static char waitable_key; /* registry: the metatable */
static char sessions_key; /* registry, weak: struct tl_session * -> userdata */

/* ---- the userdata ---- */

static struct tl_session *check(lua_State *L)
{
    struct tl_session **session = lua_touserdata(L, 1);
    bool same = session && lua_getmetatable(L, 1);
    if (same) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &session_key);
        same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    luaL_argcheck(L, same, 1, "a session is expected");
    return *session;
}

static void push_session(lua_State *L, struct tl_session *session)
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

static int fail(lua_State *L, struct tl_session *session, const char *why,
                int status)
{
    switch (status) {
    case TL_CLOSED:
        return lost(L, session);
    case TL_UNREACHABLE:
    case TL_REFUSED:
    case TL_BROKEN:
        return remote_raise(L, "%s: %s", session->endpoint.shown, why);
    case TL_NO_MEMORY:
        return remote_raise(L, "%s: not enough memory",
                            session->endpoint.shown);
    default:
        return remote_core_here->fail(L, status);
    }
}

/* The caller of this thread, for a request that begins. */
static struct tl_caller *enter(lua_State *L)
{
    struct tl_session *session = check(L);
    char why[TL_WIRE_TROUBLE] = "";
    int status = tl_session_enter(session, why, sizeof why);
    if (status < 0)
        fail(L, session, why, status);
    struct tl_caller *caller = tl_caller_here(session);
    if (!caller)
        fail(L, session, why, TL_NO_MEMORY);
    return caller;
}

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

static int64_t read_deadline(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return TL_MOMENT_FOREVER;
    double seconds = luaL_checknumber(L, index);
    if (!(seconds > 0))
        return 0;
    return seconds < 9e9 ? (int64_t)(seconds * (double)TL_MOMENT_SECOND)
                         : TL_MOMENT_FOREVER;
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

/* Status and fields; a time that ran out is "timeout". */
static int outcome(lua_State *L, struct tl_caller *caller, int status,
                   struct tl_answer *answer)
{
    if (status == TL_TIMEOUT) {
        lua_pushliteral(L, "timeout");
        return 1;
    }
    if (status < 0)
        return fail(L, caller->session, caller->trouble, status);
    return push_answer(L, answer);
}

/* ---- methods ---- */

/* ask(deadline, op, ...): status, field, ... */
static int session_ask(lua_State *L)
{
    struct few_words few;
    struct tl_request request;
    struct tl_answer answer;
    int64_t deadline = read_deadline(L, 2);
    struct tl_caller *caller = enter(L);
    read_request(L, 3, &few, &request);
    int status = tl_caller_ask(caller, &request, deadline, &answer);
    return outcome(L, caller, status, &answer);
}

/* begin(op, ...): the same, which may be "wait". */
static int session_begin(lua_State *L)
{
    struct few_words few;
    struct tl_request request;
    struct tl_answer answer;
    struct tl_caller *caller = enter(L);
    read_request(L, 2, &few, &request);
    int status = tl_caller_start(caller, &request, TL_MOMENT_FOREVER, &answer);
    return outcome(L, caller, status, &answer);
}

/* finish([deadline]): the answer of what was begun; cancelled where it has not
 * come until then, or now. */
static int session_finish(lua_State *L)
{
    struct tl_answer answer;
    int64_t deadline = lua_isnoneornil(L, 2) ? 0 : read_deadline(L, 2);
    struct tl_caller *caller = enter(L);
    int status = tl_caller_finish(caller, deadline, &answer);
    return outcome(L, caller, status, &answer);
}

/* poll(): the answer; or "wait" where it has not come. */
static int session_poll(lua_State *L)
{
    struct tl_answer answer;
    struct tl_caller *caller = enter(L);
    int status = tl_caller_poll(caller, &answer);
    if (status == TL_EMPTY) {
        lua_pushliteral(L, "wait");
        return 1;
    }
    return outcome(L, caller, status, &answer);
}

/* tell(op, ...): an unnumbered request. */
static int session_tell(lua_State *L)
{
    struct few_words few;
    struct tl_request request;
    struct tl_answer answer;
    struct tl_caller *caller = enter(L);
    read_request(L, 2, &few, &request);
    int status =
        tl_caller_tell(caller, &request, tl_moment_now() + PATIENCE, &answer);
    if (status == TL_TIMEOUT)
        return remote_raise(L, "%s: no answer within 10 seconds",
                            caller->session->endpoint.shown);
    return outcome(L, caller, status, &answer);
}

/* pack(bytes): how a request carries them; many of them go apart, in front of
 * it. */
static int session_pack(lua_State *L)
{
    size_t size;
    const char *bytes = luaL_checklstring(L, 2, &size);
    if (size <= LARGE) {
        lua_pushfstring(L, "=");
        lua_pushvalue(L, 2);
        lua_concat(L, 2);
        return 1;
    }
    struct tl_caller *caller = enter(L);
    char name[64], key[160];
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

/* Replaces the key at the top by what the server has under it, or nil. */
static void fetch(lua_State *L, struct tl_caller *caller)
{
    struct redisReply *reply;
    size_t size;
    const char *key = lua_tolstring(L, -1, &size);
    struct tl_request get = {
        .op = "GET", .count = 1, .words = &key, .sizes = &size};
    int status = tl_caller_command(caller, &get, TL_MOMENT_FOREVER, &reply);
    if (status < 0)
        fail(L, caller->session, caller->trouble, status);
    lua_pushcfunction(L, push_text);
    lua_pushlightuserdata(L, reply);
    status = lua_pcall(L, 1, 1, 0);
    freeReplyObject(reply);
    if (status != LUA_OK)
        lua_error(L);
}

/* unpack(cell, took): the bytes; nil where a table's value has gone. */
static int session_unpack(lua_State *L)
{
    size_t size;
    const char *cell = luaL_checklstring(L, 2, &size);
    if (*cell != '@') {
        lua_pushlstring(L, cell + (size > 0), size > 0 ? size - 1 : 0);
        return 1;
    }
    bool took = lua_toboolean(L, 3);
    struct tl_caller *caller = enter(L);
    lua_pushfstring(L, "%sx%s", caller->session->key, cell + 1);
    fetch(L, caller);
    if (took) {
        const char *name = cell + 1;
        size--;
        struct tl_request drop = {
            .op = "free", .count = 1, .words = &name, .sizes = &size};
        tl_caller_before_call(caller, &drop);
    }
    return 1;
}

/* ---- for ipc.wait ---- */

static int look(void *state, struct pollfd *polled, unsigned *count)
{
    struct tl_caller *caller = state;
    polled[0] = (struct pollfd){.fd = tl_caller_fd(caller), .events = POLLIN};
    *count = 1;
    return tl_caller_is_ready(caller);
}

static const struct outside waited_for = {.look = look};

/* bell(): what ipc.wait takes: ready once the answer of what was begun is
 * there. */
static int session_bell(lua_State *L)
{
    struct tl_caller *caller = enter(L);
    struct tl_caller **place = lua_newuserdatauv(L, sizeof *place, 0);
    *place = caller;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &waitable_key);
    lua_setmetatable(L, -2);
    return 1;
}

static int session_id(lua_State *L)
{
    lua_pushstring(L, enter(L)->session->id);
    return 1;
}

static int session_task(lua_State *L)
{
    lua_pushstring(L, enter(L)->task);
    return 1;
}

/* ---- fields ---- */

static int session_index(lua_State *L)
{
    struct tl_session *session = check(L);
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
    lua_pushfstring(L, "session of %s", check(L)->endpoint.shown);
    return 1;
}

static const luaL_Reg methods[] = {{"ask", session_ask},
                                   {"begin", session_begin},
                                   {"finish", session_finish},
                                   {"poll", session_poll},
                                   {"tell", session_tell},
                                   {"pack", session_pack},
                                   {"unpack", session_unpack},
                                   {"bell", session_bell},
                                   {"id", session_id},
                                   {"task", session_task},
                                   {NULL, NULL}};

/* ---- opening ---- */

/* The option of that name, or NULL. */
static const char *text_option(lua_State *L, const char *name)
{
    if (!lua_istable(L, 2))
        return NULL;
    if (lua_getfield(L, 2, name) == LUA_TNIL)
        return NULL;
    return luaL_checkstring(L, -1); /* the table holds it */
}

static void read_options(lua_State *L, struct tl_session_options *options)
{
    const char *on_lost = text_option(L, "on_lost");
    *options = (struct tl_session_options){
        .authority = text_option(L, "ca"),
        .program = text_option(L, "program"),
        .kills = on_lost && strcmp(on_lost, "kill") == 0,
        .name = remote_core_here->name,
        .wait = remote_core_here->wait,
    };
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, "lease");
        options->lease = luaL_optnumber(L, -1, 0);
        lua_getfield(L, 2, "insecure");
        options->insecure = lua_toboolean(L, -1);
    }
}

/* The address without what may be a secret, for an error. */
static const char *harmless(const char *address)
{
    return strchr(address, '@') ? "this address" : address;
}

/* open(address [, options]): the session; nil and what is wrong. */
static int open(lua_State *L)
{
    struct tl_session_options options;
    struct tl_session *session;
    char why[TL_WIRE_TROUBLE] = "";
    const char *address = luaL_checkstring(L, 1);
    lua_settop(L, 2);
    read_options(L, &options);
    remote_modules_push_library(L);
    options.library = luaL_checklstring(L, -1, &options.library_size);
    int status = tl_session_open(&session, address, &options, why, sizeof why);
    if (status < 0 && !*why)
        return remote_core_here->fail(L, status);
    if (status < 0) {
        lua_pushnil(L);
        lua_pushfstring(L, "%s %s: %s", harmless(address),
                        status == TL_BAD_ADDRESS ? "makes no sense"
                                                 : "cannot be opened",
                        why);
        return 2;
    }
    push_session(L, session);
    return 1;
}

/* session(uid): that of this process; nil: it has none. */
static int find(lua_State *L)
{
    struct tl_session *session = tl_session_find(luaL_checkstring(L, 1));
    if (!session)
        return 0;
    push_session(L, session);
    return 1;
}

static int process(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

static const luaL_Reg functions[] = {
    {"open", open}, {"session", find}, {"pid", process}, {NULL, NULL}};

static void open_sessions_table(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &sessions_key);
}

void remote_sessions_open(lua_State *L)
{
    luaL_setfuncs(L, functions, 0);
    open_sessions_table(L);
    lua_newtable(L);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushcclosure(L, session_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, session_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "session");
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &session_key);
    lua_newtable(L);
    remote_core_here->add_outside(L, &waited_for);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &waitable_key);
}
