/* ipc.semaphore: see objects/semaphore.h. */
#include "objects.h"
#include "support.h"
#include "userdata.h"
#include "with.h"

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
               a_type(L, 2));
    const char *name = check_name(L, 3, "semaphore");
    struct tl_handle *semaphore = object_new(L, TL_KIND_SEMAPHORE);
    bool tried = false;
    int status;
    do
        status = tl_semaphore_new(semaphore, name, (uint32_t)value,
                                  lua_toboolean(L, 2));
    while (try_again(L, status, &tried));
    object_made(L, -1, "semaphore", status);
    return 1;
}

static int semaphore_acquire(lua_State *L)
{
    struct tl_handle *semaphore = check_semaphore(L);
    check_method(L, 1, "acquire");
    tl_deadline deadline = check_deadline(L, 2, semaphore, "acquire");
    return result(L, semaphore, "acquire",
                  tl_semaphore_acquire(semaphore, deadline));
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

static int release_one(const struct tl_handle *semaphore)
{
    return tl_semaphore_release(semaphore, 1);
}

static int semaphore_with(lua_State *L)
{
    struct tl_handle *semaphore = check_semaphore(L);
    with_check(L, semaphore, "with");
    support_state = L;
    int status = tl_semaphore_acquire(semaphore, TL_FOREVER);
    if (status < 0)
        return failure(L, semaphore, "with", status);
    return with_held(L, release_one);
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

void open_semaphore(lua_State *L)
{
    object_class(L, TL_KIND_SEMAPHORE, &semaphore_class);
    lua_pushcfunction(L, semaphore_new);
    lua_setfield(L, -2, "semaphore");
}
