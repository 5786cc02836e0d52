/* ipc.condition: see sync/condition.h. */
#include "far/door.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "objects/with.h"

static struct tl_handle *check_condition(lua_State *L)
{
    return object_check(L, 1, TL_KIND_CONDITION);
}

/* The lock at index; NULL for nil. */
static const struct tl_handle *check_lock(lua_State *L, int index)
{
    if (lua_isnil(L, index))
        return NULL;
    struct tl_handle *lock = object_test(L, index);
    if (door_is_far(L, index))
        misuse(
            L, NULL, "condition",
            "the lock belongs elsewhere; make the condition in its space, as "
            "s.condition(name, lock)");
    else if (!lock || lock->kind != TL_KIND_LOCK)
        misuse(L, NULL, "condition", "the lock must be one of ipc.lock, not %s",
               shown_a_type(L, index));
    else if (lock->arena != context_making.space)
        misuse(L, NULL, "condition",
               "the lock belongs elsewhere; make it where the condition is: "
               "in a space as s.lock(name), else by ipc.lock()");
    return lock;
}

static int condition_new(lua_State *L)
{
    static const char *const names[] = {"lock", "name", NULL};
    check_options(L, "condition", names);
    const struct tl_handle *lock = check_lock(L, 1);
    const char *name = check_name(L, 2, "condition");
    struct tl_handle *condition = object_new(L, TL_KIND_CONDITION);
    bool tried = false;
    int status;
    do
        status = tl_condition_new(condition, name, lock);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "condition", status);
    return 1;
}

static const struct holding holding = {.kind = TL_KIND_CONDITION,
                                       .acquire = tl_condition_acquire,
                                       .release = tl_condition_release};

static int condition_acquire(lua_State *L)
{
    return with_acquire(L, &holding, "acquire");
}

static int condition_with(lua_State *L)
{
    return with_call(L, &holding, "with");
}

static int condition_release(lua_State *L)
{
    struct tl_handle *condition = check_condition(L);
    check_method(L, 0, "release");
    return result(L, condition, "release", tl_condition_release(condition));
}

static int without_lock(lua_State *L, const struct tl_handle *condition,
                        const char *call)
{
    return misuse(L, condition, call,
                  "this task does not hold its lock; acquire it first");
}

static int condition_wait(lua_State *L)
{
    struct tl_handle *condition = check_condition(L);
    check_method(L, 1, "wait");
    tl_deadline deadline = check_deadline(L, 2, condition, "wait");
    int status = tl_condition_wait(condition, deadline);
    if (status == TL_NOT_HOLDER)
        return without_lock(L, condition, "wait");
    return result(L, condition, "wait", status);
}

/* Calls the predicate at 2 with the lock held, each time that it may have
 * become true; returns what the predicate returned. */
static int condition_wait_for(lua_State *L)
{
    struct tl_handle *condition = check_condition(L);
    check_method(L, 2, "wait_for");
    if (lua_type(L, 2) != LUA_TFUNCTION)
        return misuse(L, condition, "wait_for",
                      "a function is expected, not %s", shown_a_type(L, 2));
    tl_deadline deadline = check_deadline(L, 3, condition, "wait_for");
    /* without the lock, a predicate that happens to be true would hide the race
     */
    if (!tl_condition_is_held(condition))
        return without_lock(L, condition, "wait_for");
    for (;;) {
        lua_pushvalue(L, 2);
        lua_call(L, 0, 1);
        if (lua_toboolean(L, -1))
            return 1;
        lua_pop(L, 1);
        context_state = L;
        int status = tl_condition_wait(condition, deadline);
        if (status == TL_NOT_HOLDER)
            return without_lock(L, condition, "wait_for");
        if (status == TL_TIMEOUT) {
            lua_pushvalue(L, 2);
            lua_call(L, 0, 1);
            if (lua_toboolean(L, -1))
                return 1;
        }
        if (status < 0)
            return result(L, condition, "wait_for", status);
    }
}

static int notify(lua_State *L, const char *call, uint32_t n)
{
    struct tl_handle *condition = check_condition(L);
    int status = tl_condition_notify(condition, n);
    if (status == TL_NOT_HOLDER)
        return without_lock(L, condition, call);
    return result(L, condition, call, status);
}

static int condition_notify(lua_State *L)
{
    struct tl_handle *condition = check_condition(L);
    check_method(L, 1, "notify");
    lua_Integer n =
        lua_isnoneornil(L, 2)
            ? 1
            : check_integer(L, 2, condition, "notify", "n", 1, UINT32_MAX);
    return notify(L, "notify", (uint32_t)n);
}

static int condition_notify_all(lua_State *L)
{
    check_condition(L);
    check_method(L, 0, "notify_all");
    return notify(L, "notify_all", UINT32_MAX);
}

static const luaL_Reg methods[] = {{"acquire", condition_acquire},
                                   {"release", condition_release},
                                   {"with", condition_with},
                                   {"wait", condition_wait},
                                   {"wait_for", condition_wait_for},
                                   {"notify", condition_notify},
                                   {"notify_all", condition_notify_all},
                                   {NULL, NULL}};
static const struct class condition_class = {.methods = methods};

void condition_open(lua_State *L)
{
    object_class(L, TL_KIND_CONDITION, &condition_class);
    lua_pushcfunction(L, condition_new);
    lua_setfield(L, -2, "condition");
}
