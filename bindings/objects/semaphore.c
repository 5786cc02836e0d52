/* ipc.semaphore: see sync/semaphore.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/with.h"

static struct tl_handle *check_semaphore(lua_State *L)
{
    return object_check(L, 1, TL_KIND_SEMAPHORE);
}

static int semaphore_new(lua_State *L)
{
    static const char *const names[] = {"value", "bounded", "name", NULL};
    check_options(L, "semaphore", names);
    lua_Integer value = lua_isnil(L, 1) ? 1
                                        : check_integer(L, 1, NULL, "semaphore",
                                                        "value", 0, UINT32_MAX);
    if (!lua_isnil(L, 2) && !lua_isboolean(L, 2))
        misuse(L, NULL, "semaphore", "bounded must be true or false, not %s",
               shown_a_type(L, 2));
    const char *name = check_name(L, 3, "semaphore");
    struct tl_handle *semaphore = object_new(L, TL_KIND_SEMAPHORE);
    bool tried = false;
    int status;
    do
        status = tl_semaphore_new(semaphore, name, (uint32_t)value,
                                  lua_toboolean(L, 2));
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "semaphore", status);
    return 1;
}

static int release_one(const struct tl_handle *semaphore)
{
    return tl_semaphore_release(semaphore, 1);
}

static const struct holding holding = {.kind = TL_KIND_SEMAPHORE,
                                       .acquire = tl_semaphore_acquire,
                                       .release = release_one};

static int semaphore_acquire(lua_State *L)
{
    return with_acquire(L, &holding, "acquire");
}

static int semaphore_with(lua_State *L)
{
    return with_call(L, &holding, "with");
}

static int semaphore_release(lua_State *L)
{
    struct tl_handle *semaphore = check_semaphore(L);
    check_method(L, 1, "release");
    lua_Integer n =
        lua_isnoneornil(L, 2)
            ? 1
            : check_integer(L, 2, semaphore, "release", "n", 1, UINT32_MAX);
    return result(L, semaphore, "release",
                  tl_semaphore_release(semaphore, (uint32_t)n));
}

static void push_value(lua_State *L, const struct tl_handle *semaphore)
{
    lua_pushinteger(L, tl_semaphore_value(semaphore));
}

static const luaL_Reg methods[] = {{"acquire", semaphore_acquire},
                                   {"release", semaphore_release},
                                   {"with", semaphore_with},
                                   {NULL, NULL}};
static const struct property properties[] = {{"value", push_value},
                                             {NULL, NULL}};
static const struct class semaphore_class = {.methods = methods,
                                             .properties = properties};

void semaphore_open(lua_State *L)
{
    object_class(L, TL_KIND_SEMAPHORE, &semaphore_class);
    lua_pushcfunction(L, semaphore_new);
    lua_setfield(L, -2, "semaphore");
}
