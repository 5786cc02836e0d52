#include "pool/future.h"

#include "lua/support.h"
#include "lua/userdata.h"
#include "pool/callbacks.h"
#include "pool/jobs.h"
#include "pool/workers.h"

static struct tl_handle *check_future(lua_State *L)
{
    return object_check(L, 1, TL_KIND_JOB);
}

static bool is_settled(const struct tl_handle *future)
{
    return future->cell == TL_JOB_SETTLED;
}

/* The pool of a future that is not settled. */
static struct pool *pool_of(lua_State *L, const struct tl_handle *future,
                            const char *call)
{
    struct pool *pool = pool_find(future);
    if (!pool)
        misuse(L, NULL, call,
               "a future can only be used by the process that made it");
    return pool;
}

void future_push(lua_State *L, int pool_index, struct pool *pool,
                 uint32_t first, bool list)
{
    struct tl_handle *future = object_new(L, TL_KIND_JOB);
    lua_pushvalue(L, pool_index);
    lua_setiuservalue(L, -2, 1);
    *future = *pool->board;
    future->cell = first;
    future->kind = TL_KIND_JOB;
    future->side = list;
}

static bool is_ready(lua_State *L, struct tl_handle *future, struct pool *pool)
{
    if (is_settled(future))
        return true;
    pool_tend(L, pool);
    return tl_board_look(pool->board, future->cell, NULL) != 0;
}

static bool await_in(lua_State *L, struct tl_handle *future, struct pool *pool,
                     const char *call, tl_deadline deadline)
{
    pool_begin(L, pool, call);
    for (;;) {
        uint64_t seen = pool_seen(pool);
        if (is_ready(L, future, pool))
            return true;
        if (pool_wait(L, pool, call, seen, 1, deadline) == TL_TIMEOUT)
            return false;
        /* a callback may have asked for the outcome */
        if (is_settled(future))
            return true;
    }
}

/* Waits until the future at 1 is ready, and its callback has run; false: the
 * deadline came first.  Meanwhile the stack keeps the pool: a callback that
 * asks for the outcome puts that in the pool's place. */
static bool await(lua_State *L, struct tl_handle *future, const char *call,
                  tl_deadline deadline)
{
    if (is_settled(future))
        return true;
    struct pool *pool = pool_of(L, future, call);
    lua_getiuservalue(L, 1, 1);
    bool ready = await_in(L, future, pool, call, deadline);
    if (ready && !is_settled(future))
        pool_call_back_now(pool, future->cell);
    lua_pop(L, 1);
    return ready;
}

/* ---- the outcome ---- */

/* Pushes { values..., n =, ok = }; or anything, where a finalizer has asked for
 * the outcome meanwhile: the future is settled then. */
static void push_outcome(lua_State *L, const struct tl_handle *future,
                         struct pool *pool, const char *call)
{
    lua_createtable(L, 1, 2);
    int outcome = lua_gettop(L), count = 1;
    if (future->side)
        lua_newtable(L);
    if (is_settled(future))
        return;
    uint32_t failed = future->cell;
    bool ok = tl_board_look(pool->board, future->cell, &failed) == 2;
    if (!ok) {
        lua_settop(L, outcome);
        pool_push_error(L, pool, failed, call);
    } else if (future->side) {
        pool_fill_list(L, pool, &future->cell, outcome + 1);
    } else {
        count = pool_push_results(L, pool, future->cell);
    }
    for (int i = count; i >= 1; i--)
        lua_rawseti(L, outcome, i);
    lua_pushinteger(L, count);
    lua_setfield(L, outcome, "n");
    lua_pushboolean(L, ok);
    lua_setfield(L, outcome, "ok");
}

/* Lets go of the future's jobs, unless a callback needs them: then the
 * callback's end drops them. */
static void leave_jobs(struct pool *pool, uint32_t first)
{
    if (pool->tickets[first].use == POOL_CALLED)
        pool->tickets[first].orphan = true;
    else
        pool_drop_all(pool, first, false);
}

/* Pushes the outcome of the future at 1, which is ready; the future keeps it.
 */
static void settle(lua_State *L, struct tl_handle *future, const char *call)
{
    if (!is_settled(future)) {
        struct pool *pool = pool_of(L, future, call);
        push_outcome(L, future, pool, call);
        /* decoding may have required a module, which asked for the outcome */
        if (is_settled(future)) {
            lua_getiuservalue(L, 1, 1);
            return;
        }
        pool = pool_of(L, future, call);
        lua_pushvalue(L, -1);
        uint32_t first = future->cell;
        tl_fd_finish(future);
        future->cell = TL_JOB_SETTLED;
        lua_setiuservalue(L, 1, 1);
        leave_jobs(pool, first);
        return;
    }
    lua_getiuservalue(L, 1, 1);
}

static bool outcome_is_ok(lua_State *L)
{
    lua_getfield(L, -1, "ok");
    bool ok = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return ok;
}

static int push_timeout(lua_State *L)
{
    lua_pushnil(L);
    lua_pushliteral(L, "timeout");
    return 2;
}

int future_outcome(lua_State *L, const char *call, tl_deadline deadline)
{
    struct tl_handle *future = check_future(L);
    if (!await(L, future, call, deadline))
        return push_timeout(L);
    settle(L, future, call);
    int outcome = lua_gettop(L);
    if (!outcome_is_ok(L)) {
        lua_rawgeti(L, outcome, 1);
        return lua_type(L, -1) == LUA_TSTRING ? misuse_raise(L) : lua_error(L);
    }
    lua_getfield(L, outcome, "n");
    int count = (int)lua_tointeger(L, -1);
    luaL_checkstack(L, count, "too many results");
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, outcome, i);
    return count;
}

static int future_get(lua_State *L)
{
    check_future(L);
    check_method(L, 1, "get");
    return future_outcome(L, "get", check_deadline(L, 2, NULL, "future: get"));
}

static int future_wait(lua_State *L)
{
    struct tl_handle *future = check_future(L);
    check_method(L, 1, "wait");
    tl_deadline deadline = check_deadline(L, 2, NULL, "future: wait");
    if (!await(L, future, "wait", deadline))
        return push_timeout(L);
    lua_pushboolean(L, 1);
    return 1;
}

static int future_is_ready(lua_State *L)
{
    struct tl_handle *future = check_future(L);
    check_method(L, 0, "is_ready");
    lua_pushboolean(L, await(L, future, "is_ready", TL_NOW));
    return 1;
}

static int future_is_ok(lua_State *L)
{
    struct tl_handle *future = check_future(L);
    check_method(L, 0, "is_ok");
    if (!await(L, future, "is_ok", TL_NOW))
        return misuse(L, pool_of(L, future, "is_ok")->board, "is_ok",
                      "the task has not ended; ask is_ready or wait first");
    if (is_settled(future)) {
        lua_getiuservalue(L, 1, 1);
        lua_pushboolean(L, outcome_is_ok(L));
    } else {
        lua_pushboolean(L, tl_board_look(future, future->cell, NULL) == 2);
    }
    return 1;
}

static int future_cancel(lua_State *L)
{
    struct tl_handle *future = check_future(L);
    check_method(L, 0, "cancel");
    bool cancelled = false;
    if (!is_settled(future)) {
        struct pool *pool = pool_of(L, future, "cancel");
        /* a finalizer may ask for the outcome, which takes the pool's place */
        lua_getiuservalue(L, 1, 1);
        pool_begin(L, pool, "cancel");
        for (int64_t job = future->cell; job >= 0 && !is_settled(future);
             job = tl_board_member(future, (uint32_t)job))
            cancelled = pool_cancel(L, pool, (uint32_t)job) || cancelled;
        if (cancelled && !is_settled(future) &&
            pool->tickets[future->cell].use == POOL_CALLED)
            pool_hasten(pool, future->cell);
    }
    lua_pushboolean(L, cancelled);
    return 1;
}

/* ---- metamethods ---- */

static int future_gc(lua_State *L)
{
    struct tl_handle *future = object_check(L, 1, TL_KIND_JOB);
    if (!future->object || is_settled(future))
        return 0;
    lua_getiuservalue(L, 1, 1);
    struct pool *pool = object_test(L, -1) ? pool_find(future) : NULL;
    uint32_t first = future->cell;
    tl_fd_finish(future);
    future->cell = TL_JOB_SETTLED;
    if (pool)
        leave_jobs(pool, first);
    return 0;
}

static int future_tostring(lua_State *L)
{
    static const char *const states[] = {
        "free", "waiting", "running", "done", "failed", "waiting", "cancelled"};
    struct tl_handle *future = check_future(L);
    char title[TL_TEXT_SIZE];
    if (is_settled(future)) {
        lua_getiuservalue(L, 1, 1);
        lua_pushfstring(L, "future: %s", outcome_is_ok(L) ? "done" : "failed");
        return 1;
    }
    struct pool *pool = pool_find(future);
    if (!pool) {
        lua_pushliteral(L, "future of another process");
        return 1;
    }
    tl_title(pool->board, title, sizeof title);
    lua_pushfstring(L, "future of %s: %s", title,
                    states[tl_board_state(future, future->cell, NULL)]);
    return 1;
}

/* Names no object: the handle has the title of the pool. */
static int future_newindex(lua_State *L)
{
    return misuse(L, NULL, "future", "the field \"%s\" cannot be set",
                  shown_text(L, 2));
}

/* Always false: the same future is the same userdata, for which Lua asks no
 * metamethod. */
static int future_eq(lua_State *L)
{
    lua_pushboolean(L, 0);
    return 1;
}

static int future_close(lua_State *L)
{
    (void)L;
    return 0;
}

static void call_back_before_ready(const struct tl_handle *future)
{
    struct pool *pool = is_settled(future) ? NULL : pool_find(future);
    if (pool)
        pool_call_back_now(pool, future->cell);
}

static const luaL_Reg methods[] = {
    {"get", future_get},           {"wait", future_wait},
    {"is_ready", future_is_ready}, {"is_ok", future_is_ok},
    {"cancel", future_cancel},     {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__gc", future_gc},
                                       {"__tostring", future_tostring},
                                       {"__eq", future_eq},
                                       {"__close", future_close},
                                       {NULL, NULL}};
static const struct class future_class = {.methods = methods,
                                          .metamethods = metamethods,
                                          .newindex = future_newindex,
                                          .before_ready =
                                              call_back_before_ready};

void future_open(lua_State *L)
{
    object_class(L, TL_KIND_JOB, &future_class);
}
