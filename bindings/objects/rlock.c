/* ipc.rlock: see sync/rlock.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/with.h"

static struct tl_handle *check_rlock(lua_State *L)
{
    return object_check(L, 1, TL_KIND_RLOCK);
}

static int rlock_new(lua_State *L)
{
    return object_make(L, TL_KIND_RLOCK, tl_rlock_new);
}

static const struct holding holding = {.kind = TL_KIND_RLOCK,
                                       .acquire = tl_rlock_acquire,
                                       .release = tl_rlock_release};

static int rlock_acquire(lua_State *L)
{
    return with_acquire(L, &holding, "acquire");
}

static int rlock_with(lua_State *L)
{
    return with_call(L, &holding, "with");
}

static int rlock_hold(lua_State *L)
{
    return with_hold(L, &holding);
}

static int rlock_release(lua_State *L)
{
    struct tl_handle *rlock = check_rlock(L);
    check_method(L, 0, "release");
    return result(L, rlock, "release", tl_rlock_release(rlock));
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

void rlock_open(lua_State *L)
{
    object_class(L, TL_KIND_RLOCK, &rlock_class);
    lua_pushcfunction(L, rlock_new);
    lua_setfield(L, -2, "rlock");
}
