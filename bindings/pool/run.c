#include "pool/run.h"

#include <stdlib.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "pool/jobs.h"
#include "pool/workers.h"

static char run_key; /* registry: the metatable */

struct entry *run_entry(const struct run *run, uint32_t i)
{
    return &run->ring[(run->first + i) % run->room];
}

static void remove_entry(struct run *run, uint32_t i)
{
    for (; i > 0; i--)
        *run_entry(run, i) = *run_entry(run, i - 1);
    run->first = (run->first + 1) % run->room;
    run->count--;
}

void run_stop(struct run *run)
{
    struct tl_handle board = {.object = (void *)(uintptr_t)run->board};
    struct pool *pool = run->board ? pool_find(&board) : NULL;
    for (; run->count > 0; remove_entry(run, 0))
        if (pool)
            pool_drop(pool, run_entry(run, 0)->job, true);
    codec_part_drop(&run->part);
    free(run->ring);
    run->ring = NULL;
    run->length = 0;
}

static int run_gc(lua_State *L)
{
    run_stop(lua_touserdata(L, 1));
    return 0;
}

/* Raises where the run has been used up meanwhile: a callback, or the iterator
 * that gives the items, may have called the same imap iterator. */
static void check_use(lua_State *L, struct run *run)
{
    if (!run->ring)
        misuse(L, run->pool->board, run->call,
               "it was used up by a call within this one");
}

static void make_part(lua_State *L, struct run *run, int function)
{
    struct codec_out out;
    struct codec_call call = {.codes = &run->pool->codes,
                              .what = (unsigned char)run->what,
                              .function = function};
    if (!codec_encode_call(L, &call, &out))
        misuse(L, run->pool->board, run->call, "%s", lua_tostring(L, -1));
    bool made = codec_part_make(&run->part, &out);
    codec_done(&out);
    if (!made)
        luaL_error(L, "not enough memory");
}

struct run *run_new(lua_State *L, struct pool *pool, int function,
                    const struct run *plan)
{
    struct run *run = lua_newuserdatauv(L, sizeof *run, 1);
    *run = *plan;
    run->pool = pool;
    run->board = pool->board->object;
    run->next = 1;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &run_key);
    lua_setmetatable(L, -2);
    run->ring = malloc(run->room * sizeof *run->ring);
    if (!run->ring)
        luaL_error(L, "not enough memory");
    make_part(L, run, function);
    return run;
}

/* Submits the items 1 to `count` of the table at `list`, beginning at `from`.
 */
static void launch(lua_State *L, struct run *run, int list, lua_Integer from,
                   lua_Integer count)
{
    struct codec_call call = {.part = &run->part,
                              .root = "item",
                              .list = list,
                              .from = from,
                              .to = from + count - 1};
    pool_await_room(L, run->pool, run->call, TL_FOREVER);
    check_use(L, run);
    struct entry entry = {.from = run->next, .count = count};
    entry.job = pool_submit(L, run->pool, run->call, &call, -1);
    run->count++;
    *run_entry(run, run->count - 1) = entry;
    run->next += count;
}

static void feed_list(lua_State *L, struct run *run, int list)
{
    while (run->count < run->room && run->next <= run->length) {
        lua_Integer left = run->length - run->next + 1;
        launch(L, run, list, run->next, left < run->chunk ? left : run->chunk);
    }
}

/* Submits a job with as many items from the iterator at `source` as one job
 * takes; false: the iterator has ended. */
static bool feed_once(lua_State *L, struct run *run, int source)
{
    lua_Integer count = 0;
    lua_newtable(L);
    int list = lua_gettop(L);
    while (run->length < 0 && count < run->chunk) {
        lua_pushvalue(L, source);
        lua_call(L, 0, 1);
        check_use(L, run);
        if (lua_isnil(L, -1)) {
            run->length = run->next + count - 1;
            lua_pop(L, 1);
        } else {
            lua_rawseti(L, list, ++count);
        }
    }
    if (count > 0)
        launch(L, run, list, 1, count);
    lua_settop(L, list - 1);
    return run->length < 0;
}

void run_feed(lua_State *L, struct run *run, int source)
{
    if (lua_istable(L, source)) {
        feed_list(L, run, source);
        return;
    }
    while (run->length < 0 && run->count < run->room)
        if (!feed_once(L, run, source))
            return;
}

void run_fail(lua_State *L, struct run *run, uint32_t job)
{
    struct pool *pool = run->pool;
    pool_push_error(L, pool, job, run->call);
    run_stop(run);
    if (lua_type(L, -1) == LUA_TSTRING)
        misuse_raise(L);
    lua_error(L);
}

/* How many jobs in flight have not ended.  Workers take jobs in order, so it
 * looks no further than the first that waits to be taken. *ended: the first
 * that has ended, or -1. */
static uint32_t look(lua_State *L, struct run *run, int64_t *ended,
                     enum run_wish wish)
{
    uint32_t done = 0;
    *ended = -1;
    for (uint32_t i = 0; i < run->count; i++) {
        uint32_t job = run_entry(run, i)->job;
        switch (tl_board_state(run->pool->board, job, NULL)) {
        case TL_JOB_FAILED:
        case TL_JOB_CANCELLED:
            if (wish == RUN_FIRST_OR_FAILURE)
                run_fail(L, run, job);
            /* fallthrough */
        case TL_JOB_DONE:
            done++;
            if (*ended < 0)
                *ended = i;
            break;
        case TL_JOB_WAITING:
            return run->count - done;
        default:
            break;
        }
    }
    return run->count - done;
}

uint32_t run_await(lua_State *L, struct run *run, enum run_wish wish)
{
    for (;;) {
        int64_t ended;
        uint64_t seen = pool_seen(run->pool);
        pool_tend(L, run->pool);
        uint32_t left = look(L, run, &ended, wish);
        if (ended == 0 || (wish == RUN_ANY && ended > 0))
            return (uint32_t)ended;
        /* where jobs are many and small, do not wake for each */
        pool_wait(L, run->pool, run->call, seen,
                  run->count == run->room ? left / 8 + 1 : 1, TL_FOREVER);
        if (run->count == 0)
            run_stop(run);
        check_use(L, run);
    }
}

void run_collect(lua_State *L, struct run *run, uint32_t i, int results)
{
    struct tl_parcel parcel;
    struct entry entry = *run_entry(run, i);
    tl_board_result(run->pool->board, entry.job, &parcel);
    message_receive_list(L, &parcel, results, entry.from);
    check_use(L, run);
    if (run->count <= i || run_entry(run, i)->from != entry.from)
        return; /* a module that this required went on */
    remove_entry(run, i);
    pool_release(run->pool, entry.job);
}

void run_open(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, run_gc);
    lua_setfield(L, -2, "__gc");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &run_key);
}
