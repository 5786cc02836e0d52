/* ipc.queue: see data/queue.h. */
#include <math.h>
#include <string.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"

static struct tl_handle *check_queue(lua_State *L)
{
    return object_check(L, 1, TL_KIND_QUEUE);
}

static const char *const orders[] = {"fifo", "lifo", "priority", NULL};

static enum tl_queue_order check_order(lua_State *L, int index)
{
    if (lua_isnil(L, index))
        return TL_FIFO;
    const char *order = lua_tostring(L, index);
    for (int i = 0; order && orders[i]; i++)
        if (strcmp(orders[i], order) == 0)
            return (enum tl_queue_order)i;
    misuse(L, NULL, "queue",
           "order must be \"fifo\", \"lifo\" or \"priority\", not %s",
           shown(L, index));
    return TL_FIFO;
}

static int queue_new(lua_State *L)
{
    static const char *const names[] = {"maxsize", "order", "name", NULL};
    check_options(L, "queue", names);
    lua_Integer maxsize =
        lua_isnil(L, 1)
            ? 0
            : check_integer(L, 1, NULL, "queue", "maxsize", 0, 1 << 28);
    enum tl_queue_order order = check_order(L, 2);
    const char *name = check_name(L, 3, "queue");
    struct tl_handle *queue = object_new(L, TL_KIND_QUEUE);
    bool tried = false;
    int status;
    do
        status = tl_queue_new(queue, name, order, (uint32_t)maxsize);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, "queue", status);
    return 1;
}

/* ---- put ---- */

static double check_priority(lua_State *L, int index,
                             const struct tl_handle *queue)
{
    if (lua_isnil(L, index))
        return 0;
    double priority = lua_tonumber(L, index);
    if (lua_type(L, index) != LUA_TNUMBER || isnan(priority))
        misuse(L, queue, "put", "the priority must be a number, not %s",
               shown(L, index));
    return priority;
}

/* The options { timeout =, priority = } at index: returns the priority, and
 * leaves the timeout at the top. */
static double check_put_options(lua_State *L, int index,
                                const struct tl_handle *queue)
{
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        const char *name =
            lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
        if (strcmp(name, "timeout") != 0 && strcmp(name, "priority") != 0)
            misuse(L, queue, "put",
                   "unknown option \"%s\"; there are: timeout, priority",
                   shown_text(L, -1));
    }
    lua_getfield(L, index, "priority");
    double priority = check_priority(L, -1, queue);
    lua_pop(L, 1);
    lua_getfield(L, index, "timeout");
    return priority;
}

static int put(lua_State *L, const struct tl_handle *queue, const char *call,
               int index, double priority, tl_deadline deadline)
{
    struct codec_out out;
    bool tried = false;
    int status;
    message_encode(L, queue, call, index, 1, "value", &out);
    do
        status = tl_queue_put(queue, &out.message, priority, deadline);
    while (message_try_again(L, status, &out, &tried));
    codec_done(&out);
    return status;
}

static void check_value(lua_State *L, const struct tl_handle *queue,
                        const char *call)
{
    if (lua_gettop(L) < 2)
        misuse(L, queue, call, "a value is expected; nil is sent by %s(nil)",
               call);
}

static int queue_put(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 2, "put");
    double priority = 0;
    check_value(L, queue, "put");
    if (lua_gettop(L) > 2 && lua_type(L, 3) == LUA_TTABLE) {
        priority = check_put_options(L, 3, queue);
        lua_replace(L, 3);
    }
    tl_deadline deadline = check_deadline(L, 3, queue, "put");
    return result(L, queue, "put", put(L, queue, "put", 2, priority, deadline));
}

static int queue_try_put(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 1, "try_put");
    check_value(L, queue, "try_put");
    return result(L, queue, "try_put", put(L, queue, "try_put", 2, 0, TL_NOW));
}

/* Puts the value at the top, which n others of its list have gone before. */
static int put_item(lua_State *L, const struct tl_handle *queue, lua_Integer n,
                    tl_deadline deadline)
{
    struct codec_out out;
    tl_idle_first();
    if (!codec_encode_allowed(L, lua_gettop(L), 1, "value", &out,
                              message_allow(queue->arena)))
        return misuse(L, queue, "put_many",
                      "item %lld (those before it were put): %s",
                      (long long)n + 1, lua_tostring(L, -1));
    bool tried = false;
    int status;
    do
        status = tl_queue_put(queue, &out.message, 0, deadline);
    while (message_try_again(L, status, &out, &tried));
    codec_done(&out);
    return status;
}

/* Returns how many were put; and why not all, where it is fewer. */
static int queue_put_many(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 2, "put_many");
    if (lua_type(L, 2) != LUA_TTABLE)
        return misuse(L, queue, "put_many", "a list is expected, not %s",
                      shown_a_type(L, 2));
    tl_deadline deadline = check_deadline(L, 3, queue, "put_many");
    lua_Integer count = check_length(L, 2, queue, "put_many"), n = 0;
    int status = TL_OK;
    while (n < count && status == TL_OK) {
        lua_geti(L, 2, n + 1);
        context_state = L; /* the list may have a metatable that waits */
        status = put_item(L, queue, n, deadline);
        lua_pop(L, 1);
        n += status == TL_OK;
    }
    lua_pushinteger(L, n);
    if (status == TL_OK)
        return 1;
    if (status != TL_FULL && status != TL_CLOSED)
        return result_failure(L, queue, "put_many", status);
    lua_pushstring(L, tl_status_text(status));
    return 2;
}

/* ---- get ---- */

static int get(lua_State *L, const struct tl_handle *queue, const char *call,
               tl_deadline deadline)
{
    struct tl_parcel parcel;
    int status = tl_queue_get(queue, &parcel, deadline);
    tl_fd_settle(queue);
    if (status < 0)
        return result(L, queue, call, status);
    return message_receive(L, &parcel);
}

static int queue_get(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 1, "get");
    return get(L, queue, "get", check_deadline(L, 2, queue, "get"));
}

static int queue_try_get(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 0, "try_get");
    return get(L, queue, "try_get", TL_NOW);
}

/* Arguments: the queue, the list that has the first, and how many at most. */
static int take_rest(lua_State *L)
{
    const struct tl_handle *queue = lua_touserdata(L, 1);
    lua_Integer most = lua_tointeger(L, 3);
    struct tl_parcel parcel;
    for (lua_Integer n = 2; n <= most; n++) {
        int status = tl_queue_get(queue, &parcel, TL_NOW);
        tl_fd_settle(queue);
        if (status < 0)
            break;
        message_receive(L, &parcel);
        lua_rawseti(L, 2, n);
    }
    return 0;
}

/* Protected: a message that cannot be received takes none of those before it
 * along.  What it raises is then the second result. */
static int queue_get_many(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 2, "get_many");
    lua_Integer most =
        check_integer(L, 2, queue, "get_many", "max", 1, INT32_MAX);
    tl_deadline deadline = check_deadline(L, 3, queue, "get_many");
    struct tl_parcel parcel;
    lua_settop(L, 1);
    lua_newtable(L);
    int status = tl_queue_get(queue, &parcel, deadline);
    tl_fd_settle(queue);
    if (status < 0)
        return result(L, queue, "get_many", status);
    message_receive(L, &parcel);
    lua_rawseti(L, 2, 1);
    lua_pushcfunction(L, take_rest);
    lua_pushlightuserdata(L, queue);
    lua_pushvalue(L, 2);
    lua_pushinteger(L, most);
    return lua_pcall(L, 3, 0, 0) == LUA_OK ? 1 : 2;
}

/* for i, v in q:items(): i counts, so that nil is a message too. */
static int next_item(lua_State *L)
{
    struct tl_handle *queue =
        object_check(L, lua_upvalueindex(1), TL_KIND_QUEUE);
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2)) + 1;
    struct tl_parcel parcel;
    context_state = L;
    int status = tl_queue_get(queue, &parcel, TL_FOREVER);
    tl_fd_settle(queue);
    if (status == TL_CLOSED)
        return 0;
    if (status < 0)
        return result_failure(L, queue, "items", status);
    lua_pushinteger(L, i);
    lua_copy(L, -1, lua_upvalueindex(2));
    return 1 + message_receive(L, &parcel);
}

static int queue_items(lua_State *L)
{
    check_queue(L);
    check_method(L, 0, "items");
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_item, 2);
    return 1;
}

/* ---- state ---- */

static lua_Integer size_of(lua_State *L, const struct tl_handle *queue,
                           const char *call)
{
    int64_t size = tl_queue_size(queue);
    if (size < 0)
        result_failure(L, queue, call, (int)size);
    return (lua_Integer)size;
}

static int queue_size(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 0, "size");
    lua_pushinteger(L, size_of(L, queue, "size"));
    return 1;
}

/* No check of arguments: Lua passes the operand of # twice. */
static int queue_len(lua_State *L)
{
    context_set(L);
    lua_pushinteger(L, size_of(L, check_queue(L), "size"));
    return 1;
}

static int queue_is_empty(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 0, "is_empty");
    lua_pushboolean(L, size_of(L, queue, "is_empty") == 0);
    return 1;
}

static int queue_is_full(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 0, "is_full");
    lua_Integer maxsize = tl_queue_maxsize(queue);
    lua_pushboolean(L, maxsize && size_of(L, queue, "is_full") >= maxsize);
    return 1;
}

static int queue_task_done(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 0, "task_done");
    return result(L, queue, "task_done", tl_queue_task_done(queue));
}

static int queue_join(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 1, "join");
    tl_deadline deadline = check_deadline(L, 2, queue, "join");
    return result(L, queue, "join", tl_queue_join(queue, deadline));
}

static int queue_close(lua_State *L)
{
    struct tl_handle *queue = check_queue(L);
    check_method(L, 0, "close");
    return result(L, queue, "close", tl_queue_close(queue));
}

static void push_maxsize(lua_State *L, const struct tl_handle *queue)
{
    lua_pushinteger(L, tl_queue_maxsize(queue));
}

static void push_order(lua_State *L, const struct tl_handle *queue)
{
    lua_pushstring(L, orders[tl_queue_order(queue)]);
}

static const luaL_Reg methods[] = {{"put", queue_put},
                                   {"try_put", queue_try_put},
                                   {"put_many", queue_put_many},
                                   {"get", queue_get},
                                   {"try_get", queue_try_get},
                                   {"get_many", queue_get_many},
                                   {"items", queue_items},
                                   {"size", queue_size},
                                   {"is_empty", queue_is_empty},
                                   {"is_full", queue_is_full},
                                   {"task_done", queue_task_done},
                                   {"join", queue_join},
                                   {"close", queue_close},
                                   {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__len", queue_len}, {NULL, NULL}};
static const struct property properties[] = {
    {"maxsize", push_maxsize}, {"order", push_order}, {NULL, NULL}};
static const struct class queue_class = {
    .methods = methods, .metamethods = metamethods, .properties = properties};

void queue_open(lua_State *L)
{
    object_class(L, TL_KIND_QUEUE, &queue_class);
    lua_pushcfunction(L, queue_new);
    lua_setfield(L, -2, "queue");
}
