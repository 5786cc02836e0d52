/* ipc.wait: the first of several objects. */
#include "objects.h"
#include "support.h"
#include "userdata.h"

/* The handles of the list at index 1, in a userdata that is pushed.  The
 * objects stay alive by a table of them, which is pushed before. */
static const struct tl_handle **check_list(lua_State *L, lua_Integer count)
{
    const struct tl_handle **handles = lua_newuserdatauv(
        L, ((size_t)count + 1) * sizeof *handles, 1);
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, 1, i + 1);
        handles[i] = object_test(L, -1);
        if (!handles[i])
            misuse(L, NULL, "wait",
                   "item %lld of the list is a %s, not an object to wait for",
                   (long long)i + 1, luaL_typename(L, -1));
        lua_rawseti(L, 3, i + 1);
    }
    return handles;
}

static int push_ready(lua_State *L, const bool *ready, lua_Integer count)
{
    lua_Integer n = 0;
    lua_newtable(L);
    for (lua_Integer i = 0; i < count; i++) {
        if (ready[i]) {
            lua_rawgeti(L, 3, i + 1);
            lua_rawseti(L, -2, ++n);
        }
    }
    return 1;
}

static int ipc_wait(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE)
        return misuse(L, NULL, "wait", "a list of objects is expected, not a %s",
                      luaL_typename(L, 1));
    tl_deadline deadline = check_deadline(L, 2, NULL, "wait");
    lua_settop(L, 2);
    lua_Integer count = luaL_len(L, 1);
    if (count < 1 || count > 10000)
        return misuse(L, NULL, "wait",
                      "the list has %lld objects; 1 to 10000 are possible",
                      (long long)count);
    lua_createtable(L, (int)count, 0);
    const struct tl_handle **handles = check_list(L, count);
    bool *ready = lua_newuserdatauv(L, (size_t)count, 1);
    uint32_t wrong = 0;
    bool tried = false;
    int status;
    support_state = L;
    do
        status = tl_wait_any(handles, (uint32_t)count, ready, &wrong, deadline);
    while (try_again(L, status, &tried));
    if (status > 0)
        return push_ready(L, ready, count);
    if (status == TL_TIMEOUT || status == TL_STUCK ||
        status == TL_INTERRUPTED || status == TL_NO_MEMORY)
        return result(L, NULL, "wait", status);
    return failure(L, handles[wrong], "wait", status);
}

void open_any(lua_State *L)
{
    lua_pushcfunction(L, ipc_wait);
    lua_setfield(L, -2, "wait");
}
