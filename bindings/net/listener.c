/* ipc.listen: see net/listener.h. */
#include "lua/local_object.h"
#include "lua/support.h"
#include "net/connection.h"
#include "objects.h"

static const struct local_object_class listener_class;

static int ipc_listen(lua_State *L)
{
    static const char *const names[] = {"address", "key", "max_message", "name",
                                        NULL};
    struct tl_channel_options options;
    const char *address = connection_options(L, "listen", names, &options);
    options.name = check_name(L, OPTION_OTHER, "listen");
    struct tl_listener *listener = NULL;
    void **state = local_object_new(L, &listener_class);
    int status = tl_listener_new(&listener, address, &options);
    if (status < 0)
        return result_failure(
            L, NULL, lua_pushfstring(L, "listen: %s", address), status);
    *state = listener;
    return 1;
}

static int listener_accept(lua_State *L)
{
    local_object_check(L, &listener_class);
    check_method(L, 1, "accept");
    tl_deadline deadline =
        local_object_deadline(L, 2, &listener_class, "accept");
    struct tl_channel *channel = NULL;
    void **state = connection_new(L);
    /* last: whatever allocates may run a finalizer that closes it */
    struct tl_listener *listener =
        local_object_state(L, &listener_class, "accept");
    int status = tl_listener_accept(listener, &channel, deadline);
    if (status < 0)
        return local_object_result(L, &listener_class, "accept", status);
    *state = channel;
    return 1;
}

static int listener_close(lua_State *L)
{
    void **state = local_object_check(L, &listener_class);
    check_method(L, 0, "close");
    struct tl_listener *listener = *state;
    if (listener && local_object_leave(state))
        tl_listener_close(listener);
    else if (listener)
        tl_listener_end(listener);
    lua_pushboolean(L, 1);
    return 1;
}

static void push_title(lua_State *L, const void *state)
{
    const char *name = tl_listener_name(state);
    lua_pushfstring(L, *name ? "listener \"%s\" at %s" : "listener%s at %s",
                    name, tl_listener_address(state));
}

static void drop(void *state)
{
    tl_listener_close(state);
}

static void push_address(lua_State *L, void *state)
{
    lua_pushstring(L, tl_listener_address(state));
}

static void push_refused(lua_State *L, void *state)
{
    lua_pushinteger(L, (lua_Integer)tl_listener_refused(state));
}

static int listener_fd(void *state)
{
    return tl_listener_fd(state);
}

static const luaL_Reg methods[] = {
    {"accept", listener_accept}, {"close", listener_close}, {NULL, NULL}};
static const struct local_object_property properties[] = {
    {"address", push_address}, {"refused", push_refused}, {NULL, NULL}};
static const struct outside waited_for = {.look = tl_listener_look,
                                          .fd = listener_fd};
static const struct local_object_class listener_class = {.name = "listener",
                                                         .outside = &waited_for,
                                                         .methods = methods,
                                                         .properties =
                                                             properties,
                                                         .title = push_title,
                                                         .drop = drop};

void listener_open(lua_State *L)
{
    local_object_open(L, &listener_class);
    lua_pushcfunction(L, ipc_listen);
    lua_setfield(L, -2, "listen");
}
