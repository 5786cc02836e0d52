/* ipc.value: see data/value.h. */
#include "codec/number.h"
#include "lua/support.h"
#include "lua/traceback.h"
#include "lua/userdata.h"
#include "objects.h"

static struct tl_handle *check_value(lua_State *L)
{
    return object_check(L, 1, TL_KIND_VALUE);
}

static int value_new(lua_State *L)
{
    static const char *const names[] = {"init", "name", NULL};
    struct tl_number n = {.i = 0};
    check_options(L, "value", names);
    if (!lua_isnil(L, 1))
        n = number_check(L, 1, NULL, "value");
    const char *name = check_name(L, 2, "value");
    struct tl_handle *value = object_new(L, TL_KIND_VALUE);
    bool tried = false;
    int status;
    do
        status = tl_value_new(value, name, n);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "value", status);
    return 1;
}

static int value_get(lua_State *L)
{
    struct tl_handle *value = check_value(L);
    check_method(L, 0, "get");
    struct tl_number n;
    int status = tl_value_get(value, &n);
    return status < 0 ? result_failure(L, value, "get", status)
                      : number_push(L, n);
}

static int value_set(lua_State *L)
{
    struct tl_handle *value = check_value(L);
    check_method(L, 1, "set");
    struct tl_number n = number_check(L, 2, value, "set");
    context_state = L;
    return result(L, value, "set", tl_value_set(value, n));
}

static int value_add(lua_State *L)
{
    struct tl_handle *value = check_value(L);
    check_method(L, 1, "add");
    struct tl_number n = lua_isnoneornil(L, 2)
                             ? (struct tl_number){.i = 1}
                             : number_check(L, 2, value, "add");
    context_state = L;
    int status = tl_value_add(value, &n);
    return status < 0 ? result_failure(L, value, "add", status)
                      : number_push(L, n);
}

static int value_compare_set(lua_State *L)
{
    struct tl_handle *value = check_value(L);
    check_method(L, 2, "compare_set");
    struct tl_number old = number_check(L, 2, value, "compare_set");
    struct tl_number new_ = number_check(L, 3, value, "compare_set");
    bool set;
    context_state = L;
    int status = tl_value_compare_set(value, old, new_, &set);
    if (status < 0)
        return result_failure(L, value, "compare_set", status);
    lua_pushboolean(L, set);
    return 1;
}

/* Lets others write again before it raises anything. */
static int value_update(lua_State *L)
{
    struct tl_handle *value = check_value(L);
    check_method(L, 1, "update");
    struct tl_number n;
    if (lua_type(L, 2) != LUA_TFUNCTION)
        return misuse(L, value, "update", "a function is expected, not %s",
                      shown_a_type(L, 2));
    lua_settop(L, 2);
    context_state = L;
    int status = tl_value_begin(value, &n);
    if (status < 0)
        return result_failure(L, value, "update", status);
    traceback_push_note(L);
    lua_insert(L, 2);
    number_push(L, n);
    if (lua_pcall(L, 1, 1, 2) != LUA_OK) {
        tl_value_cancel(value);
        return lua_error(L);
    }
    if (lua_type(L, -1) != LUA_TNUMBER) {
        tl_value_cancel(value);
        return misuse(L, value, "update",
                      "the function must return a number, not %s",
                      shown_a_type(L, -1));
    }
    n = number_check(L, -1, value, "update");
    status = tl_value_commit(value, n);
    return status < 0 ? result_failure(L, value, "update", status)
                      : number_push(L, n);
}

static const luaL_Reg methods[] = {
    {"get", value_get},       {"set", value_set},
    {"add", value_add},       {"compare_set", value_compare_set},
    {"update", value_update}, {NULL, NULL}};

/* Raises for arithmetic on a value, since Lua itself would say "attempt to
 * perform arithmetic on a value value". */
static int value_operator(lua_State *L)
{
    const struct tl_handle *value = object_test(L, 1);
    if (!value || value->kind != TL_KIND_VALUE)
        value = object_test(L, 2);
    return misuse(L, value, NULL,
                  "it is no number itself: read it by v:get(), and write it by "
                  "v:set(n), v:add(n) or v:update(fn)");
}

static const luaL_Reg metamethods[] = {
    {"__add", value_operator},  {"__sub", value_operator},
    {"__mul", value_operator},  {"__div", value_operator},
    {"__mod", value_operator},  {"__pow", value_operator},
    {"__unm", value_operator},  {"__idiv", value_operator},
    {"__band", value_operator}, {"__bor", value_operator},
    {"__bxor", value_operator}, {"__shl", value_operator},
    {"__shr", value_operator},  {"__bnot", value_operator},
    {"__lt", value_operator},   {"__le", value_operator},
    {"__len", value_operator},  {"__concat", value_operator},
    {"__call", value_operator}, {NULL, NULL}};
static const struct class value_class = {.methods = methods,
                                         .metamethods = metamethods};

void value_open(lua_State *L)
{
    object_class(L, TL_KIND_VALUE, &value_class);
    lua_pushcfunction(L, value_new);
    lua_setfield(L, -2, "value");
}
