/* ipc.wait: the first of several objects that is ready. */
#include "objects/wait_any.h"

#include "far/door.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

/* Whether the value at index is an open local object, which the runtime looks
 * at by a function of its class. */
static bool is_outside(lua_State *L, int index, struct tl_waitable *waitable)
{
    const struct outside *outside = local_object_outside(L, index);
    if (!outside)
        return false;
    waitable->look = outside->look;
    waitable->state = lua_touserdata(L, index);
    return *waitable->state != NULL;
}

static void check_item(lua_State *L, const char *call, lua_Integer i,
                       struct tl_waitable *waitable)
{
    waitable->handle = object_test(L, -1);
    if (!waitable->handle && !is_outside(L, lua_gettop(L), waitable))
        misuse(L, NULL, call,
               "item %lld of the list is %s, not an object to wait for, or "
               "it was closed",
               (long long)i, shown_a_type(L, -1));
}

static struct tl_waitable *check_items(lua_State *L, const char *call,
                                       lua_Integer count)
{
    struct tl_waitable *waitables =
        lua_newuserdatauv(L, (size_t)count * sizeof *waitables, 1);
    for (lua_Integer i = 0; i < count; i++) {
        waitables[i] = (struct tl_waitable){0};
        lua_geti(L, 1, i + 1);
        check_item(L, call, i + 1, &waitables[i]);
        lua_rawseti(L, 3, i + 1);
    }
    return waitables;
}

struct tl_waitable *wait_any_check(lua_State *L, const char *call,
                                   uint32_t *count, tl_deadline *deadline)
{
    if (lua_type(L, 1) != LUA_TTABLE)
        misuse(L, NULL, call,
               "a list of objects is expected, such as { q, p }, not %s",
               shown_a_type(L, 1));
    *deadline = check_deadline(L, 2, NULL, call);
    lua_settop(L, 2);
    lua_Integer length = check_length(L, 1, NULL, call);
    if (length < 1 || length > 10000)
        misuse(L, NULL, call,
               "the list has %lld objects; 1 to 10000 are possible",
               (long long)length);
    *count = (uint32_t)length;
    lua_createtable(L, (int)length, 0);
    struct tl_waitable *waitables = check_items(L, call, length);
    context_state = L;
    return waitables;
}

/* What a callback does to the objects meanwhile makes no difference: the list
 * is of those that were ready. */
static int push_ready(lua_State *L, const struct tl_waitable *waitables,
                      lua_Integer count)
{
    lua_Integer n = 0;
    for (lua_Integer i = 0; i < count; i++)
        if (waitables[i].ready && waitables[i].handle &&
            waitables[i].handle->object)
            object_before_ready(waitables[i].handle);
    lua_newtable(L);
    for (lua_Integer i = 0; i < count; i++) {
        if (waitables[i].ready) {
            lua_rawgeti(L, 3, i + 1);
            lua_rawseti(L, -2, ++n);
        }
    }
    return 1;
}

int wait_any_report(lua_State *L, const char *call,
                    const struct tl_waitable *waitable, lua_Integer wrong,
                    int status)
{
    if (status == TL_TIMEOUT || status == TL_STUCK ||
        status == TL_INTERRUPTED || status == TL_CANCELLED ||
        status == TL_NO_MEMORY)
        return result(L, NULL, call, status);
    if (waitable->handle)
        return result_failure(L, waitable->handle, call, status);
    lua_rawgeti(L, 3, wrong);
    return misuse(L, NULL, call, "%s: %s", luaL_tolstring(L, -1, NULL),
                  tl_status_text(status));
}

bool wait_any_has_far(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE)
        return false;
    bool far = false;
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, 1); i > 0 && !far; i--) {
        lua_rawgeti(L, 1, i);
        far = door_is_far(L, -1);
        lua_pop(L, 1);
    }
    return far;
}

static int ipc_wait(lua_State *L)
{
    return wait_any_has_far(L) ? door_call(L, "wait") : wait_any_near(L);
}

int wait_any_near(lua_State *L)
{
    check_function(L, 2, "wait");
    uint32_t count, wrong = 0;
    tl_deadline deadline;
    struct tl_waitable *waitables =
        wait_any_check(L, "wait", &count, &deadline);
    bool tried = false;
    int status;
    do
        status = tl_wait_any(waitables, count, &wrong, deadline);
    while (result_try_again(L, status, &tried));
    return status > 0 ? push_ready(L, waitables, count)
                      : wait_any_report(L, "wait", &waitables[wrong], wrong + 1,
                                        status);
}

void wait_any_open(lua_State *L)
{
    lua_pushcfunction(L, ipc_wait);
    lua_setfield(L, -2, "wait");
}
