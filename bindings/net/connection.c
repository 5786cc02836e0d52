/* ipc.connect, and the methods of a connection: see net/channel.h. */
#include "net/connection.h"

#include <string.h>

#include "codec/message.h"
#include "lua/local_object.h"
#include "lua/support.h"
#include "objects.h"

/* Seconds that close waits for what a send has left behind. */
#define LINGER 5.0

static const struct local_object_class connection_class;

static struct tl_channel *check_connection(lua_State *L, const char *call)
{
    return local_object_state(L, &connection_class, call);
}

static tl_deadline check_limit(lua_State *L, int index, const char *call)
{
    return local_object_deadline(L, index, &connection_class, call);
}

/* ---- options ---- */

static void gather(lua_State *L, const char *call)
{
    if (lua_gettop(L) == 1 && lua_istable(L, 1))
        return;
    if (lua_gettop(L) > 2 || (!lua_isnoneornil(L, 2) && !lua_istable(L, 2)))
        misuse(L, NULL, call,
               "an address and a table of options are "
               "expected, as in %s(address, { key = \"...\" })",
               call);
    check_gather_options(L, "address");
}

const char *connection_options(lua_State *L, const char *call,
                               const char *const *names,
                               struct tl_channel_options *options)
{
    gather(L, call);
    check_options(L, call, names);
    if (lua_type(L, OPTION_ADDRESS) != LUA_TSTRING)
        misuse(L, NULL, call, "the address must be a string, not %s",
               shown_a_type(L, OPTION_ADDRESS));
    *options = (struct tl_channel_options){.max_message = TL_MESSAGE_MOST};
    if (!lua_isnil(L, OPTION_KEY)) {
        if (lua_type(L, OPTION_KEY) != LUA_TSTRING ||
            lua_rawlen(L, OPTION_KEY) == 0)
            misuse(L, NULL, call, "the key must be a string that is not empty");
        options->key = lua_tolstring(L, OPTION_KEY, &options->key_size);
    }
    if (!lua_isnil(L, OPTION_MAX_MESSAGE))
        options->max_message =
            (size_t)check_integer(L, OPTION_MAX_MESSAGE, NULL, call,
                                  "max_message", 1, (lua_Integer)1 << 40);
    const char *address = lua_tostring(L, OPTION_ADDRESS);
    if (lua_rawlen(L, OPTION_ADDRESS) != strlen(address))
        misuse(L, NULL, call, "the address has a zero byte in it");
    return address;
}

/* ---- constructors ---- */

void **connection_new(lua_State *L)
{
    return local_object_new(L, &connection_class);
}

static int ipc_connect(lua_State *L)
{
    static const char *const names[] = {"address", "key", "max_message",
                                        "timeout", NULL};
    struct tl_channel_options options;
    const char *address = connection_options(L, "connect", names, &options);
    tl_deadline deadline = check_deadline(L, OPTION_OTHER, NULL, "connect");
    struct tl_channel *channel = NULL;
    void **state = connection_new(L);
    int status = tl_channel_connect(&channel, address, &options, deadline);
    if (status < 0)
        return result(L, NULL, lua_pushfstring(L, "connect: %s", address),
                      status);
    *state = channel;
    return 1;
}

/* ---- methods ---- */

/* The outcome of a call; of a broken connection nil, "broken" and what was
 * wrong.  Asks the channel first, since whatever allocates may run a finalizer,
 * which may close the connection. */
static int outcome(lua_State *L, const struct tl_channel *channel,
                   const char *call, int status)
{
    const char *trouble = tl_channel_trouble(channel);
    int count = local_object_result(L, &connection_class, call, status);
    if (status != TL_BROKEN)
        return count;
    lua_pushstring(L, trouble);
    return count + 1;
}

static int too_large(lua_State *L, size_t size)
{
    lua_pushfstring(L,
                    "the value takes %I bytes: more than max_message, "
                    "which both ends can set",
                    (LUAI_UACINT)size);
    return local_object_misuse(L, &connection_class, "send",
                               lua_tostring(L, -1));
}

static int connection_send(lua_State *L)
{
    struct tl_channel *channel = check_connection(L, "send");
    check_method(L, 2, "send");
    if (lua_isnone(L, 2))
        return local_object_misuse(
            L, &connection_class, "send",
            "a value is expected; nil is sent by send(nil)");
    tl_deadline deadline = check_limit(L, 3, "send");
    struct codec_out out;
    tl_idle_first();
    if (!codec_encode_allowed(L, 2, 1, "value", &out, CODEC_OUTSIDE))
        return local_object_misuse(L, &connection_class, "send",
                                   lua_tostring(L, -1));
    /* what runs while it waits may let go of the strings in it */
    int status = tl_idle_due && !codec_own(&out)
                     ? TL_NO_MEMORY
                     : tl_channel_send(channel, &out.message, deadline);
    size_t size = out.message.size;
    codec_done(&out);
    if (status == TL_TOO_LARGE)
        return too_large(L, size);
    return outcome(L, channel, "send", status);
}

static int connection_recv(lua_State *L)
{
    struct tl_channel *channel = check_connection(L, "recv");
    check_method(L, 1, "recv");
    const void *data;
    size_t size;
    int status =
        tl_channel_recv(channel, &data, &size, check_limit(L, 2, "recv"));
    if (status < 0)
        return outcome(L, channel, "recv", status);
    if (message_receive_outside(L, data, size))
        return 1;
    channel = *local_object_check(L, &connection_class);
    if (channel) /* no finalizer has closed it */
        tl_channel_break(channel);
    lua_pushnil(L);
    lua_pushstring(L, tl_status_text(TL_BROKEN));
    lua_rotate(L, -3, 2);
    return 3;
}

/* Takes a message for ipc.receive.  Where what came is no message, the
 * connection ends, as its next recv says. */
static int take(lua_State *L, void **state)
{
    struct tl_channel *channel = *state;
    const void *data;
    size_t size;
    int status = tl_channel_recv(channel, &data, &size, TL_NOW);
    if (status < 0)
        return status;
    if (message_receive_outside(L, data, size))
        return TL_OK;
    lua_pop(L, 1);
    if (*state)
        tl_channel_break(*state);
    return TL_BROKEN;
}

static int connection_poll(lua_State *L)
{
    struct tl_channel *channel = check_connection(L, "poll");
    check_method(L, 1, "poll");
    int status = tl_channel_poll(channel, check_limit(L, 2, "poll"));
    if (status < 0 && status != TL_TIMEOUT)
        return local_object_result(L, &connection_class, "poll", status);
    lua_pushboolean(L, status == TL_OK);
    return 1;
}

static int connection_close(lua_State *L)
{
    void **state = local_object_check(L, &connection_class);
    check_method(L, 0, "close");
    struct tl_channel *channel = *state;
    context_state = L;
    if (channel && local_object_leave(state))
        tl_channel_close(channel, tl_deadline_in(LINGER));
    else if (channel)
        tl_channel_end(channel, tl_deadline_in(LINGER));
    lua_pushboolean(L, 1);
    return 1;
}

static void push_title(lua_State *L, const void *state)
{
    lua_pushfstring(L, "connection %s", tl_channel_address(state));
}

static const char *condition(const void *state)
{
    int end = tl_channel_state(state);
    return end == TL_OK ? "open" : tl_status_text(end);
}

static void drop(void *state)
{
    tl_channel_drop(state);
}

static void push_address(lua_State *L, void *state)
{
    lua_pushstring(L, tl_channel_address(state));
}

static int connection_fd(void *state)
{
    return tl_channel_fd(state);
}

static const luaL_Reg methods[] = {{"send", connection_send},
                                   {"recv", connection_recv},
                                   {"poll", connection_poll},
                                   {"close", connection_close},
                                   {NULL, NULL}};
static const struct local_object_property properties[] = {
    {"address", push_address}, {NULL, NULL}};
static const struct outside waited_for = {
    .look = tl_channel_look, .take = take, .fd = connection_fd};
static const struct local_object_class connection_class = {
    .outside = &waited_for,
    .name = "connection",
    .methods = methods,
    .properties = properties,
    .title = push_title,
    .condition = condition,
    .drop = drop};

void connection_open(lua_State *L)
{
    local_object_open(L, &connection_class);
    lua_pushcfunction(L, ipc_connect);
    lua_setfield(L, -2, "connect");
}
