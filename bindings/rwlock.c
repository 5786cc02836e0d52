/* ipc.rwlock: see objects/rwlock.h. */
#include "objects.h"
#include "support.h"
#include "userdata.h"
#include "with.h"

static struct tl_handle *check_rwlock(lua_State *L)
{
    return object_check(L, 1, TL_KIND_RWLOCK);
}

static int rwlock_new(lua_State *L)
{
    static const char *const names[] = {"name", NULL};
    check_options(L, "rwlock", names);
    const char *name = check_name(L, 1, "rwlock");
    struct tl_handle *rwlock = object_new(L, TL_KIND_RWLOCK);
    bool tried = false;
    int status;
    do
        status = tl_rwlock_new(rwlock, name);
    while (try_again(L, status, &tried));
    object_made(L, -1, "rwlock", status);
    return 1;
}

static int rwlock_read(lua_State *L)
{
    struct tl_handle *rwlock = check_rwlock(L);
    check_method(L, 1, "read");
    tl_deadline deadline = check_deadline(L, 2, rwlock, "read");
    return result(L, rwlock, "read", tl_rwlock_read(rwlock, deadline));
}

static int rwlock_write(lua_State *L)
{
    struct tl_handle *rwlock = check_rwlock(L);
    check_method(L, 1, "write");
    tl_deadline deadline = check_deadline(L, 2, rwlock, "write");
    return result(L, rwlock, "write", tl_rwlock_write(rwlock, deadline));
}

static int rwlock_release(lua_State *L)
{
    struct tl_handle *rwlock = check_rwlock(L);
    check_method(L, 0, "release");
    return result(L, rwlock, "release", tl_rwlock_release(rwlock));
}

static int run_with(lua_State *L, const char *call,
                    int (*acquire)(const struct tl_handle *, tl_deadline))
{
    struct tl_handle *rwlock = check_rwlock(L);
    with_check(L, rwlock, call);
    support_state = L;
    int status = acquire(rwlock, TL_FOREVER);
    if (status < 0)
        return failure(L, rwlock, call, status);
    return with_held(L, tl_rwlock_release);
}

static int rwlock_with_read(lua_State *L)
{
    return run_with(L, "with_read", tl_rwlock_read);
}

static int rwlock_with_write(lua_State *L)
{
    return run_with(L, "with_write", tl_rwlock_write);
}

static const luaL_Reg methods[] = {{"read", rwlock_read},
                                   {"write", rwlock_write},
                                   {"release", rwlock_release},
                                   {"with_read", rwlock_with_read},
                                   {"with_write", rwlock_with_write},
                                   {NULL, NULL}};
static const struct class rwlock_class = {.methods = methods};

void open_rwlock(lua_State *L)
{
    object_class(L, TL_KIND_RWLOCK, &rwlock_class);
    lua_pushcfunction(L, rwlock_new);
    lua_setfield(L, -2, "rwlock");
}
