/* ipc.rwlock: see sync/rwlock.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/with.h"

static struct tl_handle *check_rwlock(lua_State *L)
{
    return object_check(L, 1, TL_KIND_RWLOCK);
}

static int rwlock_new(lua_State *L)
{
    return object_make(L, TL_KIND_RWLOCK, tl_rwlock_new);
}

static const struct holding reading = {.kind = TL_KIND_RWLOCK,
                                       .acquire = tl_rwlock_read,
                                       .release = tl_rwlock_release};

static const struct holding writing = {.kind = TL_KIND_RWLOCK,
                                       .acquire = tl_rwlock_write,
                                       .release = tl_rwlock_release};

static int rwlock_read(lua_State *L)
{
    return with_acquire(L, &reading, "read");
}

static int rwlock_write(lua_State *L)
{
    return with_acquire(L, &writing, "write");
}

static int rwlock_with_read(lua_State *L)
{
    return with_call(L, &reading, "with_read");
}

static int rwlock_with_write(lua_State *L)
{
    return with_call(L, &writing, "with_write");
}

static int rwlock_release(lua_State *L)
{
    struct tl_handle *rwlock = check_rwlock(L);
    check_method(L, 0, "release");
    return result(L, rwlock, "release", tl_rwlock_release(rwlock));
}

static const luaL_Reg methods[] = {{"read", rwlock_read},
                                   {"write", rwlock_write},
                                   {"release", rwlock_release},
                                   {"with_read", rwlock_with_read},
                                   {"with_write", rwlock_with_write},
                                   {NULL, NULL}};
static const struct class rwlock_class = {.methods = methods};

void rwlock_open(lua_State *L)
{
    object_class(L, TL_KIND_RWLOCK, &rwlock_class);
    lua_pushcfunction(L, rwlock_new);
    lua_setfield(L, -2, "rwlock");
}
