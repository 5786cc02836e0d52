/* ipc.barrier: see sync/barrier.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

#define PARTIES_MOST 1000000

static struct tl_handle *check_barrier(lua_State *L)
{
    return object_check(L, 1, TL_KIND_BARRIER);
}

static int barrier_new(lua_State *L)
{
    static const char *const names[] = {"parties", "name", NULL};
    check_options(L, "barrier", names);
    lua_Integer parties =
        check_integer(L, 1, NULL, "barrier", "parties", 1, PARTIES_MOST);
    const char *name = check_name(L, 2, "barrier");
    struct tl_handle *barrier = object_new(L, TL_KIND_BARRIER);
    bool tried = false;
    int status;
    do
        status = tl_barrier_new(barrier, name, (uint32_t)parties);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "barrier", status);
    return 1;
}

static int barrier_wait(lua_State *L)
{
    struct tl_handle *barrier = check_barrier(L);
    check_method(L, 1, "wait");
    tl_deadline deadline = check_deadline(L, 2, barrier, "wait");
    int place = tl_barrier_wait(barrier, deadline);
    if (place < 0)
        return result(L, barrier, "wait", place);
    lua_pushinteger(L, place);
    return 1;
}

static int barrier_reset(lua_State *L)
{
    struct tl_handle *barrier = check_barrier(L);
    check_method(L, 0, "reset");
    return result(L, barrier, "reset", tl_barrier_reset(barrier));
}

static int barrier_abort(lua_State *L)
{
    struct tl_handle *barrier = check_barrier(L);
    check_method(L, 0, "abort");
    return result(L, barrier, "abort", tl_barrier_abort(barrier));
}

static void push_parties(lua_State *L, const struct tl_handle *barrier)
{
    lua_pushinteger(L, tl_barrier_parties(barrier));
}

static void push_waiting(lua_State *L, const struct tl_handle *barrier)
{
    lua_pushinteger(L, tl_barrier_waiting(barrier));
}

static void push_broken(lua_State *L, const struct tl_handle *barrier)
{
    lua_pushboolean(L, tl_barrier_broken(barrier));
}

static const luaL_Reg methods[] = {{"wait", barrier_wait},
                                   {"reset", barrier_reset},
                                   {"abort", barrier_abort},
                                   {NULL, NULL}};
static const struct property properties[] = {{"parties", push_parties},
                                             {"waiting", push_waiting},
                                             {"broken", push_broken},
                                             {NULL, NULL}};
static const struct class barrier_class = {.methods = methods,
                                           .properties = properties};

void barrier_open(lua_State *L)
{
    object_class(L, TL_KIND_BARRIER, &barrier_class);
    lua_pushcfunction(L, barrier_new);
    lua_setfield(L, -2, "barrier");
}
