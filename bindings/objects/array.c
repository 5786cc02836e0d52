/* ipc.array: see data/array.h.  An element is read and set by its index, a
 * method is found by its name. */
#include <string.h>

#include "codec/number.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

static char step_key; /* registry: the step of the stock ipairs */

static struct tl_handle *check_array(lua_State *L)
{
    return object_check(L, 1, TL_KIND_ARRAY);
}

static enum tl_element check_type(lua_State *L, int index)
{
    const char *name = lua_tostring(L, index);
    for (int type = 0; name && type < TL_ELEMENTS; type++)
        if (strcmp(tl_element_name((enum tl_element)type), name) == 0)
            return (enum tl_element)type;
    misuse(L, NULL, "array",
           "the type must be \"int8\" to \"int64\", \"uint8\" to \"uint64\", "
           "\"float\" or \"double\", not %s",
           shown(L, index));
    return TL_INT8;
}

static void check_set(lua_State *L, const struct tl_handle *array,
                      uint64_t index, int status)
{
    if (status == TL_OVER)
        misuse(L, array, NULL, "the number for element %lld does not fit %s",
               (long long)index + 1, tl_element_name(tl_array_type(array)));
    if (status < 0)
        result_failure(L, array, NULL, status);
}

/* Sets every element from the list at `list`, which must have a number for
 * each. */
static void fill(lua_State *L, const struct tl_handle *array, int list)
{
    uint64_t length = tl_array_length(array);
    for (uint64_t i = 0; i < length; i++) {
        lua_geti(L, list, (lua_Integer)i + 1);
        check_set(L, array, i,
                  tl_array_fill(array, i, number_check(L, -1, array, "array")));
        lua_pop(L, 1);
    }
}

static int array_new(lua_State *L)
{
    static const char *const names[] = {"type", "init", "name", NULL};
    check_options(L, "array", names);
    enum tl_element type = check_type(L, 1);
    bool from_list = lua_istable(L, 2);
    lua_Integer length = from_list
                             ? check_length(L, 2, NULL, "array")
                             : check_integer(L, 2, NULL, "array", "the length",
                                             0, INT64_MAX / 16);
    const char *name = check_name(L, 3, "array");
    struct tl_handle *array = object_new(L, TL_KIND_ARRAY);
    bool tried = false;
    int status;
    bool late = from_list && object_named_late(array, name);
    do
        status =
            tl_array_new(array, late ? NULL : name, type, (uint64_t)length);
    while (result_try_again(L, status, &tried));
    if (status == TL_OK && from_list && (late || !array->arena))
        fill(L, array, 2);
    if (status == TL_OK && late)
        status = tl_space_enter(array, name);
    object_made(L, -1, "array", status);
    return 1;
}

static uint64_t check_index(lua_State *L, const struct tl_handle *array,
                            const char *call)
{
    lua_Integer length = (lua_Integer)tl_array_length(array);
    if (length == 0)
        misuse(L, array, call, "it has no elements");
    return (uint64_t)check_integer(L, 2, array, call, "the index", 1, length) -
           1;
}

static int array_add(lua_State *L)
{
    struct tl_handle *array = check_array(L);
    check_method(L, 2, "add");
    uint64_t index = check_index(L, array, "add");
    struct tl_number n = number_check(L, 3, array, "add");
    int status = tl_array_add(array, index, &n);
    if (status == TL_OVER)
        return misuse(L, array, "add", "the sum does not fit %s",
                      tl_element_name(tl_array_type(array)));
    return status < 0 ? result_failure(L, array, "add", status)
                      : number_push(L, n);
}

/* Whether the step of the stock ipairs is reading.  It knows no length, and
 * asks no __ipairs in Lua 5.4: it ends at the first nil. */
static bool is_in_ipairs(lua_State *L)
{
    lua_Debug frame;
    if (!lua_getstack(L, 1, &frame))
        return false;
    lua_getinfo(L, "f", &frame);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &step_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

/* Keeps the step of the stock ipairs, to know it by. */
static void find_step(lua_State *L)
{
    if (lua_getglobal(L, "ipairs") == LUA_TFUNCTION) {
        lua_newtable(L);
        lua_call(L, 1, 1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &step_key);
    } else {
        lua_pop(L, 1);
    }
}

/* Upvalue: the methods. */
static int array_index(lua_State *L)
{
    struct tl_handle *array = check_array(L);
    struct tl_number n;
    if (lua_type(L, 2) == LUA_TSTRING) {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            return 1;
        if (strcmp(lua_tostring(L, 2), "type") == 0) {
            lua_pushstring(L, tl_element_name(tl_array_type(array)));
            return 1;
        }
        return misuse(L, array, NULL,
                      "it has no field \"%s\"; there are: add, type, and the "
                      "elements 1 to %lld",
                      lua_tostring(L, 2), (long long)tl_array_length(array));
    }
    if (lua_tointeger(L, 2) == (lua_Integer)tl_array_length(array) + 1 &&
        is_in_ipairs(L))
        return 0;
    int status = tl_array_get(array, check_index(L, array, NULL), &n);
    return status < 0 ? result_failure(L, array, NULL, status)
                      : number_push(L, n);
}

static int array_newindex(lua_State *L)
{
    struct tl_handle *array = check_array(L);
    uint64_t index = check_index(L, array, NULL);
    check_set(L, array, index,
              tl_array_set(array, index, number_check(L, 3, array, NULL)));
    return 0;
}

static int array_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)tl_array_length(check_array(L)));
    return 1;
}

/* The step of ipairs and pairs: it ends after the last element, where a read
 * would raise. */
static int next_element(lua_State *L)
{
    struct tl_handle *array = check_array(L);
    lua_Integer index = luaL_checkinteger(L, 2);
    struct tl_number n;
    if (index < 0 || index >= (lua_Integer)tl_array_length(array))
        return 0;
    int status = tl_array_get(array, (uint64_t)index, &n);
    if (status < 0)
        return result_failure(L, array, NULL, status);
    lua_pushinteger(L, index + 1);
    return 1 + number_push(L, n);
}

static int array_pairs(lua_State *L)
{
    check_array(L);
    lua_pushcfunction(L, next_element);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

static const luaL_Reg methods[] = {{"add", array_add}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__len", array_len},
                                       {"__pairs", array_pairs},
                                       {"__ipairs", array_pairs},
                                       {NULL, NULL}};
static const struct class array_class = {.methods = methods,
                                         .metamethods = metamethods,
                                         .newindex = array_newindex,
                                         .index = array_index};

void array_open(lua_State *L)
{
    find_step(L);
    object_class(L, TL_KIND_ARRAY, &array_class);
    lua_pushcfunction(L, array_new);
    lua_setfield(L, -2, "array");
}
