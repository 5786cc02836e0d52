/*
 * ipc.fd: see program/ready_fd.h and base/pollable.h.
 *
 * An object in the memory of one process has its descriptor itself.  For a
 * shared object a userdata owns the descriptor.  It lives as long as the
 * object's userdata: a table with weak keys leads from that to it.
 */
#include "far/mark.h"
#include "lua/local_object.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/space.h"

static char watched_key; /* in the registry: the table */

static int watched_gc(lua_State *L)
{
    struct tl_fd **fd = lua_touserdata(L, 1);
    if (*fd)
        tl_fd_close(*fd);
    *fd = NULL;
    return 0;
}

/* Pushes the userdata that owns the descriptor of the object at 1. */
static struct tl_fd **find(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &watched_key);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, -2) == LUA_TUSERDATA) {
        lua_remove(L, -2);
        return lua_touserdata(L, -1);
    }
    lua_pop(L, 1);
    struct tl_fd **fd = lua_newuserdatauv(L, sizeof(struct tl_fd *), 1);
    *fd = NULL;
    lua_getfield(L, -2, "watched");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
    lua_remove(L, -2);
    return fd;
}

static int fd_of_shared(lua_State *L, const struct tl_handle *handle)
{
    struct tl_fd **fd = find(L);
    if (*fd && tl_fd_number(*fd) < 0) {
        tl_fd_close(*fd);
        *fd = NULL;
    }
    int status = *fd ? TL_OK : tl_fd_open(fd, handle);
    if (status < 0)
        return result_failure(L, handle, "fd", status);
    lua_pushinteger(L, tl_fd_number(*fd));
    return 1;
}

static int fd_of_far(lua_State *L)
{
    return misuse(L, NULL, "fd",
                  "what is on a server has no descriptor here (%s): ipc.wait "
                  "waits for it; or let a thread wait for it and set an "
                  "ipc.event, which has one",
                  luaL_tolstring(L, 1, NULL));
}

static int fd_of_own(lua_State *L)
{
    const struct outside *outside = local_object_outside(L, 1);
    if (!outside && (door_is_far(L, 1) || space_is_far(L, 1)))
        return fd_of_far(L);
    if (!outside)
        return misuse(L, NULL, "fd",
                      "an object to wait for is expected, not %s", shown(L, 1));
    void **state = lua_touserdata(L, 1);
    if (!*state)
        return misuse(L, NULL, "fd", "%s", luaL_tolstring(L, 1, NULL));
    if (!outside->fd)
        return misuse(L, NULL, "fd",
                      "%s has no descriptor; ipc.wait waits for it",
                      luaL_tolstring(L, 1, NULL));
    int status = outside->fd(*state);
    if (status < 0)
        return result_failure(
            L, NULL, lua_pushfstring(L, "%s: fd", luaL_tolstring(L, 1, NULL)),
            status);
    lua_pushinteger(L, status);
    return 1;
}

static int ipc_fd(lua_State *L)
{
    check_function(L, 1, "fd");
    lua_settop(L, 1);
    context_state = L;
    if (tl_simulate_is_on())
        return misuse(L, NULL, "fd",
                      "it is for an event loop that waits in real time, and "
                      "in a simulation all tasks would stand still meanwhile; "
                      "run the script without --sim");
    const struct tl_handle *handle = object_test(L, 1);
    return handle ? fd_of_shared(L, handle) : fd_of_own(L);
}

void fd_open(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, watched_gc);
    lua_setfield(L, -2, "__gc");
    lua_setfield(L, -2, "watched");
    lua_createtable(L, 0, 1);
    lua_pushstring(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &watched_key);
    lua_pushcfunction(L, ipc_fd);
    lua_setfield(L, -2, "fd");
}
