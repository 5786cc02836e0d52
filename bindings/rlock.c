/* ipc.rlock: see objects/rlock.h. */
#include "objects.h"
#include "support.h"
#include "userdata.h"
#include "with.h"

static struct tl_handle *check_rlock(lua_State *L)
{
    return object_check(L, 1, TL_KIND_RLOCK);
}

static int rlock_new(lua_State *L)
{
    static const char *const names[] = {"name", NULL};
    check_options(L, "rlock", names);
    const char *name = check_name(L, 1, "rlock");
    struct tl_handle *rlock = object_new(L, TL_KIND_RLOCK);
    bool tried = false;
    int status;
    do
        status = tl_rlock_new(rlock, name);
    while (try_again(L, status, &tried));
    object_made(L, -1, "rlock", status);
    return 1;
}

static int rlock_acquire(lua_State *L)
{
    struct tl_handle *rlock = check_rlock(L);
    check_method(L, 1, "acquire");
    tl_deadline deadline = check_deadline(L, 2, rlock, "acquire");
    return result(L, rlock, "acquire", tl_rlock_acquire(rlock, deadline));
}

static int rlock_release(lua_State *L)
{
    struct tl_handle *rlock = check_rlock(L);
    check_method(L, 0, "release");
    return result(L, rlock, "release", tl_rlock_release(rlock));
}

static int rlock_with(lua_State *L)
{
    struct tl_handle *rlock = check_rlock(L);
    with_check(L, rlock, "with");
    support_state = L;
    int status = tl_rlock_acquire(rlock, TL_FOREVER);
    if (status < 0)
        return failure(L, rlock, "with", status);
    return with_held(L, tl_rlock_release);
}

static int rlock_hold(lua_State *L)
{
    struct tl_handle *rlock = check_rlock(L);
    check_method(L, 1, "hold");
    tl_deadline deadline = check_deadline(L, 2, rlock, "hold");
    int status = tl_rlock_acquire(rlock, deadline);
    if (status < 0)
        return result(L, rlock, "hold", status);
    return with_hold(L);
}

static void push_holder(lua_State *L, const struct tl_handle *rlock)
{
    char holder[TL_NAME_SIZE];
    if (tl_rlock_holder(rlock, holder))
        lua_pushstring(L, holder);
    else
        lua_pushnil(L);
}

static const luaL_Reg methods[] = {{"acquire", rlock_acquire},
                                   {"release", rlock_release},
                                   {"with", rlock_with},
                                   {"hold", rlock_hold},
                                   {NULL, NULL}};
static const struct property properties[] = {{"holder", push_holder},
                                             {NULL, NULL}};
static const struct class rlock_class = {.methods = methods,
                                         .properties = properties};

void open_rlock(lua_State *L)
{
    object_class(L, TL_KIND_RLOCK, &rlock_class);
    lua_pushcfunction(L, rlock_new);
    lua_setfield(L, -2, "rlock");
}
