#include "pool/tasks.h"

#include "lua/support.h"
#include "pool/arguments.h"
#include "pool/future.h"
#include "pool/jobs.h"

/* The call of the function at index `function` with the arguments above it. */
static struct codec_call call_of(lua_State *L, int function)
{
    return (struct codec_call){.what = POOL_CALL,
                               .function = function,
                               .root = "argument",
                               .first = function + 1,
                               .count = lua_gettop(L) - function};
}

static uint32_t submit(lua_State *L, struct pool *pool, const char *call)
{
    pool_check_task(L, 2, pool, call);
    pool_await_room(L, pool, call, TL_FOREVER);
    struct codec_call what = call_of(L, 2);
    return pool_submit(L, pool, call, &what, -1);
}

int pool_submit_task(lua_State *L)
{
    struct pool *pool = pool_check_ready(L, 1, "submit");
    uint32_t job = submit(L, pool, "submit");
    future_push(L, 1, pool, job, false);
    return 1;
}

int pool_try_submit(lua_State *L)
{
    struct pool *pool = pool_check_ready(L, 1, "try_submit");
    pool_check_task(L, 2, pool, "try_submit");
    if (!pool_await_room(L, pool, "try_submit", TL_NOW)) {
        lua_pushnil(L);
        lua_pushstring(L, tl_status_text(TL_FULL));
        return 2;
    }
    uint32_t job = submit(L, pool, "try_submit");
    future_push(L, 1, pool, job, false);
    return 1;
}

int pool_apply(lua_State *L)
{
    struct pool *pool = pool_check_ready(L, 1, "apply");
    uint32_t job = submit(L, pool, "apply");
    lua_settop(L, 1);
    /* whatever is raised from here on, the future drops the job */
    future_push(L, 1, pool, job, false);
    lua_replace(L, 1);
    return future_outcome(L, "apply", TL_FOREVER);
}

static int check_callback(lua_State *L, int index, struct pool *pool,
                          const char *call)
{
    if (lua_isnoneornil(L, index))
        return LUA_NOREF;
    if (lua_type(L, index) != LUA_TFUNCTION)
        misuse(L, pool->board, call,
               "a callback must be a function or nil, not %s",
               shown_a_type(L, index));
    lua_pushvalue(L, index);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Attaches the callbacks at `index` and `index` + 1 to the future's first job.
 */
static void attach(lua_State *L, struct pool *pool, uint32_t first, int index,
                   bool list, const char *call)
{
    int callback = check_callback(L, index, pool, call);
    int on_error = check_callback(L, index + 1, pool, call);
    /* only now: a finalizer may have submitted, which moves the tickets */
    struct ticket *ticket = &pool->tickets[first];
    ticket->callback = callback;
    ticket->on_error = on_error;
    ticket->list = list;
    if (ticket->callback != LUA_NOREF || ticket->on_error != LUA_NOREF)
        pool_attend(pool, first, POOL_CALLED);
}

static void check_callbacks(lua_State *L, int index, struct pool *pool,
                            const char *call)
{
    for (int i = index; i < index + 2; i++)
        luaL_unref(L, LUA_REGISTRYINDEX, check_callback(L, i, pool, call));
}

/* pool, function, arguments, callback, on_error */
int pool_apply_async(lua_State *L)
{
    struct pool *pool = pool_check_ready(L, 1, "apply_async");
    check_method(L, 4, "apply_async");
    lua_settop(L, 5);
    pool_check_task(L, 2, pool, "apply_async");
    if (!lua_isnil(L, 3) && !lua_istable(L, 3))
        return misuse(L, pool->board, "apply_async",
                      "the arguments must be a list or nil, not %s",
                      shown_a_type(L, 3));
    check_callbacks(L, 4, pool, "apply_async");
    struct codec_call what = call_of(L, 2);
    what.count = 0;
    if (lua_istable(L, 3)) {
        what.list = 3;
        what.from = 1;
        what.to = check_n(L, 3, pool->board, "apply_async", "the arguments' n");
        if (what.to < 0)
            what.to = check_list(L, 3, pool->board, "apply_async");
        if (what.to > CHECK_N_MOST)
            misuse(L, pool->board, "apply_async",
                   "the arguments must be a list of up to %d values",
                   CHECK_N_MOST);
    }
    pool_await_room(L, pool, "apply_async", TL_FOREVER);
    uint32_t job = pool_submit(L, pool, "apply_async", &what, -1);
    future_push(L, 1, pool, job, false);
    attach(L, pool, job, 4, false, "apply_async");
    return 1;
}

/* pool, function, list, chunk, callback, on_error */
int pool_map_async(lua_State *L)
{
    struct pool *pool = pool_check_ready(L, 1, "map_async");
    check_method(L, 5, "map_async");
    lua_settop(L, 6);
    pool_check_task(L, 2, pool, "map_async");
    lua_Integer length = check_list(L, 3, pool->board, "map_async");
    lua_Integer chunk = pool_check_chunk(L, 4, pool, "map_async");
    check_callbacks(L, 5, pool, "map_async");
    if (!chunk)
        chunk = pool_chunk(pool, length);
    struct codec_call what = {.what = POOL_MAP,
                              .function = 2,
                              .root = "item",
                              .list = 3,
                              .from = 1,
                              .to = chunk < length ? chunk : length};
    pool_await_room(L, pool, "map_async", TL_FOREVER);
    uint32_t first = pool_submit(L, pool, "map_async", &what, -1);
    int64_t job = first;
    future_push(L, 1, pool, first, true);
    while (what.to < length) {
        what.from = what.to + 1;
        what.to = length - what.to > chunk ? what.to + chunk : length;
        pool_await_room(L, pool, "map_async", TL_FOREVER);
        job = pool_submit(L, pool, "map_async", &what, job);
    }
    attach(L, pool, first, 5, true, "map_async");
    return 1;
}
