/* ipc.pool: its options, its methods, and its end; see pool.h. */
#include <errno.h>
#include <stdlib.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "pool/callbacks.h"
#include "pool/code.h"
#include "pool/future.h"
#include "pool/imap.h"
#include "pool/jobs.h"
#include "pool/map.h"
#include "pool/pool.h"
#include "pool/run.h"
#include "pool/tasks.h"
#include "pool/worker.h"
#include "pool/workers.h"

#define WORKERS_MOST 1024
#define TASKS_MOST INT32_MAX

/* ---- making ---- */

static int check_count(lua_State *L, int index, const char *what, int otherwise,
                       int least, int most)
{
    if (lua_isnoneornil(L, index))
        return otherwise;
    return (int)check_integer(L, index, NULL, "pool", what, least, most);
}

/* The options are at 1 to 7. */
static void check_initializer(lua_State *L)
{
    if (!lua_isnil(L, 2) && lua_type(L, 2) != LUA_TFUNCTION)
        misuse(L, NULL, "pool", "initializer must be a function, not %s",
               shown_a_type(L, 2));
    if (!lua_isnil(L, 3) && (lua_isnil(L, 2) || !lua_istable(L, 3)))
        misuse(L, NULL, "pool",
               "initargs must be a list, for an initializer, not %s",
               shown_a_type(L, 3));
}

/* Gives the userdata at `pool` the job of its workers: { worker_main, pool,
 * max_tasks, initializer, initargs..., n = }. */
static void make_job(lua_State *L, int pool, int max_tasks)
{
    lua_Integer count =
        lua_istable(L, 3) ? check_arguments(L, 3, "pool", "initargs") : 0;
    lua_newtable(L);
    lua_pushcfunction(L, worker_main);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, pool);
    lua_rawseti(L, -2, 2);
    lua_pushinteger(L, max_tasks);
    lua_rawseti(L, -2, 3);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, 4);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, 3, i);
        lua_rawseti(L, -2, 4 + i);
    }
    lua_pushinteger(L, 4 + count);
    lua_setfield(L, -2, "n");
    lua_setiuservalue(L, pool, 1);
}

static struct pool *allocate(lua_State *L, int workers)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool)
        pool->workers = calloc((size_t)workers, sizeof *pool->workers);
    if (!pool || !pool->workers) {
        free(pool);
        luaL_error(L, "not enough memory");
        return NULL;
    }
    pool->count = workers;
    pool->codes =
        (struct codec_codes){.enter = pool_enter_code, .loaded = LUA_NOREF};
    pool->last_function = LUA_NOREF;
    return pool;
}

static void deallocate(lua_State *L, struct pool *pool)
{
    pool_unlist(pool);
    for (uint32_t at = pool->attended_first; at;) {
        struct ticket *ticket = &pool->tickets[at - 1];
        at = ticket->next;
        if (ticket->use == POOL_CALLED)
            pool_forget_callbacks(L, ticket);
    }
    luaL_unref(L, LUA_REGISTRYINDEX, pool->last_function);
    free(pool->workers);
    free(pool->tickets);
    free(pool->entries);
    free(pool->broken);
    free(pool);
}

static void start_workers(lua_State *L, struct pool *pool)
{
    for (int i = 0; i < pool->count; i++) {
        bool tried = false;
        int status;
        do
            status = pool_start(L, pool, &pool->workers[i]);
        while (result_try_again(L, status, &tried));
        if (status < 0) {
            int error = errno;
            pool_end(L, pool, tl_status_text(status));
            errno = error;
            result_failure(L, pool->board, "pool", status);
        }
    }
}

static int pool_new(lua_State *L)
{
    static const char *const names[] = {"workers",   "initializer", "initargs",
                                        "max_tasks", "retry",       "name",
                                        "queue",     NULL};
    check_options(L, "pool", names);
    int workers = check_count(L, 1, "workers", tl_cpu_count(), 1, WORKERS_MOST);
    check_initializer(L);
    int max_tasks = check_count(L, 4, "max_tasks", 0, 1, TASKS_MOST);
    int retry = check_count(L, 5, "retry", 0, 0, TASKS_MOST);
    const char *name = check_name(L, 6, "pool");
    int queue = check_count(L, 7, "queue", 0, 0, TASKS_MOST);
    struct tl_handle *board = object_new(L, TL_KIND_BOARD);
    int index = lua_gettop(L);
    bool tried = false;
    int status;
    do
        status = tl_board_new(board, name);
    while (result_try_again(L, status, &tried));
    object_made(L, index, "pool", status);
    struct pool *pool = allocate(L, workers);
    pool->board = board;
    pool->max_tasks = max_tasks;
    pool->retry = retry;
    pool->queue = (uint32_t)queue;
    pool_enlist(pool);
    lua_newtable(L);
    pool->last_function = luaL_ref(L, LUA_REGISTRYINDEX);
    make_job(L, index, max_tasks);
    start_workers(L, pool);
    lua_settop(L, index);
    return 1;
}

/* ---- the end ---- */

static int pool_close(lua_State *L)
{
    struct pool *pool = pool_check(L, 1, "close");
    check_method(L, 0, "close");
    pool->closed = true;
    return result(L, pool->board, "close", tl_board_close(pool->board));
}

static int pool_join(lua_State *L)
{
    struct pool *pool = pool_check(L, 1, "join");
    check_method(L, 1, "join");
    tl_deadline deadline = check_deadline(L, 2, pool->board, "join");
    if (!pool->closed)
        return misuse(L, pool->board, "join", "call close or terminate first");
    pool_begin(L, pool, "join");
    for (;;) {
        uint64_t seen = pool_seen(pool);
        pool_tend(L, pool);
        if (!pool_has_workers(pool))
            break;
        if (pool_wait(L, pool, "join", seen, UINT32_MAX, deadline) ==
            TL_TIMEOUT) {
            lua_pushnil(L);
            lua_pushliteral(L, "timeout");
            return 2;
        }
    }
    /* there may have been nothing to wait for */
    tl_idle_now();
    lua_pushboolean(L, 1);
    return 1;
}

static int pool_terminate(lua_State *L)
{
    struct pool *pool = pool_check(L, 1, "terminate");
    check_method(L, 0, "terminate");
    pool_begin(L, pool, "terminate");
    pool_end(L, pool, "the pool was terminated");
    lua_pushboolean(L, 1);
    return 1;
}

static int pool_gc(lua_State *L)
{
    struct tl_handle *handle = object_test(L, 1);
    struct pool *pool = pool_first();
    if (!handle)
        return 0;
    while (pool && pool->board != handle)
        pool = pool->next;
    if (pool) {
        /* in a child of its owner a pool is only memory */
        if (tl_board_is_owner(handle))
            pool_end(L, pool, "the pool was collected");
        deallocate(L, pool);
    }
    tl_handle_close(handle);
    return 0;
}

static int pool_close_block(lua_State *L)
{
    struct tl_handle *handle = object_test(L, 1);
    struct pool *pool = handle ? pool_find(handle) : NULL;
    if (pool)
        pool_end(L, pool, "the pool was terminated");
    return 0;
}

static void push_workers(lua_State *L, const struct tl_handle *handle)
{
    struct pool *pool = pool_find(handle);
    if (pool)
        lua_pushinteger(L, pool->count);
    else
        lua_pushnil(L);
}

static const luaL_Reg methods[] = {{"map", pool_map},
                                   {"starmap", pool_starmap},
                                   {"imap", pool_imap},
                                   {"imap_unordered", pool_imap_unordered},
                                   {"apply", pool_apply},
                                   {"submit", pool_submit_task},
                                   {"try_submit", pool_try_submit},
                                   {"apply_async", pool_apply_async},
                                   {"map_async", pool_map_async},
                                   {"close", pool_close},
                                   {"join", pool_join},
                                   {"terminate", pool_terminate},
                                   {NULL, NULL}};
static const luaL_Reg metamethods[] = {
    {"__gc", pool_gc}, {"__close", pool_close_block}, {NULL, NULL}};
static const struct property properties[] = {{"workers", push_workers},
                                             {NULL, NULL}};
static const struct class pool_class = {
    .methods = methods, .metamethods = metamethods, .properties = properties};

void pool_open(lua_State *L)
{
    pool_callbacks_open(L);
    future_open(L);
    run_open(L);
    object_class(L, TL_KIND_BOARD, &pool_class);
    lua_pushcfunction(L, pool_new);
    lua_setfield(L, -2, "pool");
}
