/* ipc.lock: see objects/lock.h. */
#include "objects.h"
#include "support.h"
#include "userdata.h"
#include "with.h"

static struct tl_handle *check_lock(lua_State *L)
{
    return object_check(L, 1, TL_KIND_LOCK);
}

static int lock_new(lua_State *L)
{
    static const char *const names[] = {"name", NULL};
    check_options(L, "lock", names);
    const char *name = check_name(L, 1, "lock");
    struct tl_handle *lock = object_new(L, TL_KIND_LOCK);
    bool tried = false;
    int status;
    do
        status = tl_lock_new(lock, name);
    while (try_again(L, status, &tried));
    object_made(L, -1, "lock", status);
    return 1;
}

static int lock_acquire(lua_State *L)
{
    struct tl_handle *lock = check_lock(L);
    check_method(L, 1, "acquire");
    tl_deadline deadline = check_deadline(L, 2, lock, "acquire");
    return result(L, lock, "acquire", tl_lock_acquire(lock, deadline));
}

static int lock_release(lua_State *L)
{
    struct tl_handle *lock = check_lock(L);
    check_method(L, 0, "release");
    int status = tl_lock_release(lock);
    char holder[TL_NAME_SIZE];
    if (status == TL_NOT_HOLDER && tl_lock_holder(lock, holder))
        return misuse(L, lock, "release",
                      "it is held by %s; only its holder can release it",
                      holder);
    if (status == TL_NOT_HOLDER)
        return misuse(L, lock, "release", "nobody holds it; acquire it first");
    return result(L, lock, "release", status);
}

static int lock_with(lua_State *L)
{
    struct tl_handle *lock = check_lock(L);
    with_check(L, lock, "with");
    support_state = L;
    int status = tl_lock_acquire(lock, TL_FOREVER);
    if (status < 0)
        return failure(L, lock, "with", status);
    return with_held(L, tl_lock_release);
}

static int lock_hold(lua_State *L)
{
    struct tl_handle *lock = check_lock(L);
    check_method(L, 1, "hold");
    tl_deadline deadline = check_deadline(L, 2, lock, "hold");
    int status = tl_lock_acquire(lock, deadline);
    if (status < 0)
        return result(L, lock, "hold", status);
    return with_hold(L);
}

static void push_holder(lua_State *L, const struct tl_handle *lock)
{
    char holder[TL_NAME_SIZE];
    if (tl_lock_holder(lock, holder))
        lua_pushstring(L, holder);
    else
        lua_pushnil(L);
}

static const luaL_Reg methods[] = {{"acquire", lock_acquire},
                                   {"release", lock_release},
                                   {"with", lock_with},
                                   {"hold", lock_hold},
                                   {NULL, NULL}};
static const struct property properties[] = {{"holder", push_holder},
                                             {NULL, NULL}};
static const struct class lock_class = {.methods = methods,
                                        .properties = properties};

void open_lock(lua_State *L)
{
    object_class(L, TL_KIND_LOCK, &lock_class);
    lua_pushcfunction(L, lock_new);
    lua_setfield(L, -2, "lock");
}
