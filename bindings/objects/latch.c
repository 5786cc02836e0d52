/* ipc.latch: see sync/latch.h. */
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

static struct tl_handle *check_latch(lua_State *L)
{
    return object_check(L, 1, TL_KIND_LATCH);
}

static int latch_new(lua_State *L)
{
    static const char *const names[] = {"count", "name", NULL};
    check_options(L, "latch", names);
    lua_Integer count =
        check_integer(L, 1, NULL, "latch", "count", 0, UINT32_MAX);
    const char *name = check_name(L, 2, "latch");
    struct tl_handle *latch = object_new(L, TL_KIND_LATCH);
    bool tried = false;
    int status;
    do
        status = tl_latch_new(latch, name, (uint32_t)count);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "latch", status);
    return 1;
}

static int latch_count_down(lua_State *L)
{
    struct tl_handle *latch = check_latch(L);
    check_method(L, 1, "count_down");
    lua_Integer n =
        lua_isnoneornil(L, 2)
            ? 1
            : check_integer(L, 2, latch, "count_down", "n", 1, UINT32_MAX);
    return result(L, latch, "count_down",
                  tl_latch_count_down(latch, (uint32_t)n));
}

static int latch_wait(lua_State *L)
{
    struct tl_handle *latch = check_latch(L);
    check_method(L, 1, "wait");
    tl_deadline deadline = check_deadline(L, 2, latch, "wait");
    return result(L, latch, "wait", tl_latch_wait(latch, deadline));
}

static void push_count(lua_State *L, const struct tl_handle *latch)
{
    lua_pushinteger(L, tl_latch_count(latch));
}

static const luaL_Reg methods[] = {
    {"count_down", latch_count_down}, {"wait", latch_wait}, {NULL, NULL}};
static const struct property properties[] = {{"count", push_count},
                                             {NULL, NULL}};
static const struct class latch_class = {.methods = methods,
                                         .properties = properties};

void latch_open(lua_State *L)
{
    object_class(L, TL_KIND_LATCH, &latch_class);
    lua_pushcfunction(L, latch_new);
    lua_setfield(L, -2, "latch");
}
