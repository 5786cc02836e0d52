/* ipc.lock: see sync/lock.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/with.h"

static struct tl_handle *check_lock(lua_State *L)
{
    return object_check(L, 1, TL_KIND_LOCK);
}

static int lock_new(lua_State *L)
{
    return object_make(L, TL_KIND_LOCK, tl_lock_new);
}

static const struct holding holding = {.kind = TL_KIND_LOCK,
                                       .acquire = tl_lock_acquire,
                                       .release = tl_lock_release};

static int lock_acquire(lua_State *L)
{
    return with_acquire(L, &holding, "acquire");
}

static int lock_with(lua_State *L)
{
    return with_call(L, &holding, "with");
}

static int lock_hold(lua_State *L)
{
    return with_hold(L, &holding);
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

void lock_open(lua_State *L)
{
    object_class(L, TL_KIND_LOCK, &lock_class);
    lua_pushcfunction(L, lock_new);
    lua_setfield(L, -2, "lock");
}
