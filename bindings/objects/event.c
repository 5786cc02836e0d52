/* ipc.event: see sync/event.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

static struct tl_handle *check_event(lua_State *L)
{
    return object_check(L, 1, TL_KIND_EVENT);
}

static int event_new(lua_State *L)
{
    return object_make(L, TL_KIND_EVENT, tl_event_new);
}

static int event_set(lua_State *L)
{
    struct tl_handle *event = check_event(L);
    check_method(L, 0, "set");
    return result(L, event, "set", tl_event_set(event));
}

static int event_clear(lua_State *L)
{
    struct tl_handle *event = check_event(L);
    check_method(L, 0, "clear");
    int status = tl_event_clear(event);
    tl_fd_settle(event);
    return result(L, event, "clear", status);
}

static int event_is_set(lua_State *L)
{
    struct tl_handle *event = check_event(L);
    check_method(L, 0, "is_set");
    lua_pushboolean(L, tl_event_is_set(event));
    return 1;
}

static int event_wait(lua_State *L)
{
    struct tl_handle *event = check_event(L);
    check_method(L, 1, "wait");
    tl_deadline deadline = check_deadline(L, 2, event, "wait");
    return result(L, event, "wait", tl_event_wait(event, deadline));
}

static const luaL_Reg methods[] = {{"set", event_set},
                                   {"clear", event_clear},
                                   {"is_set", event_is_set},
                                   {"wait", event_wait},
                                   {NULL, NULL}};
static const struct class event_class = {.methods = methods};

void event_open(lua_State *L)
{
    object_class(L, TL_KIND_EVENT, &event_class);
    lua_pushcfunction(L, event_new);
    lua_setfield(L, -2, "event");
}
