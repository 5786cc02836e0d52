#include "pool/imap.h"

#include "lua/support.h"
#include "pool/arguments.h"
#include "pool/jobs.h"
#include "pool/run.h"

#define FLIGHT_PER_WORKER 4

/* Upvalues of an iterator: the run; the list or iterator that gives the items;
 * the pool; the results of one job, or nil; how many of these it has given out;
 * whether any order will do. */
enum { RUN = 1, SOURCE, POOL, RESULTS, GIVEN, ANY };

/* Waits for the next job, and makes its results the iterator's; false: there is
 * none. */
static bool next_results(lua_State *L, struct run *run)
{
    if (!run->ring)
        return false;
    lua_pushvalue(L, lua_upvalueindex(SOURCE));
    run_feed(L, run, lua_gettop(L));
    if (run->count == 0) {
        run_stop(run);
        return false;
    }
    bool any = lua_toboolean(L, lua_upvalueindex(ANY));
    pool_begin(L, run->pool, run->call);
    uint32_t i = run_await(L, run, any ? RUN_ANY : RUN_FIRST);
    struct entry *entry = run_entry(run, i);
    if (tl_board_state(run->pool->board, entry->job, NULL) != TL_JOB_DONE)
        run_fail(L, run, entry->job);
    lua_createtable(L, (int)entry->count, 2);
    int results = lua_gettop(L);
    lua_pushinteger(L, entry->from);
    lua_setfield(L, results, "from");
    lua_pushinteger(L, entry->count);
    lua_setfield(L, results, "n");
    entry->from = 1;
    run_collect(L, run, i, results);
    lua_replace(L, lua_upvalueindex(RESULTS));
    lua_pushinteger(L, 0);
    lua_replace(L, lua_upvalueindex(GIVEN));
    return true;
}

static lua_Integer field(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    lua_Integer n = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return n;
}

static int imap_next(lua_State *L)
{
    struct run *run = lua_touserdata(L, lua_upvalueindex(RUN));
    int results = lua_upvalueindex(RESULTS);
    lua_Integer given = lua_tointeger(L, lua_upvalueindex(GIVEN));
    lua_settop(L, 0);
    if (lua_isnil(L, results) || given == field(L, results, "n")) {
        if (run->ring && !pool_find(&(struct tl_handle){
                             .object = (void *)(uintptr_t)run->board}))
            return misuse(L, NULL, run->call, "its pool is not there any more");
        if (!next_results(L, run))
            return 0;
        given = 0;
    }
    lua_pushinteger(L, ++given);
    lua_replace(L, lua_upvalueindex(GIVEN));
    lua_pushinteger(L, field(L, results, "from") + given - 1);
    lua_rawgeti(L, results, given);
    return 2;
}

/* pool, function, list or iterator, chunk */
static int imap(lua_State *L, const char *call, bool any)
{
    struct pool *pool = pool_check_ready(L, 1, call);
    check_method(L, 3, call);
    lua_settop(L, 4);
    pool_check_task(L, 2, pool, call);
    lua_Integer length = -1, chunk = pool_check_chunk(L, 4, pool, call);
    if (lua_istable(L, 3))
        length = check_list(L, 3, pool->board, call);
    else if (!lua_isfunction(L, 3))
        return misuse(L, pool->board, call,
                      "a list or an iterator is expected, not %s",
                      shown_a_type(L, 3));
    struct run plan = {.call = call,
                       .what = POOL_MAP,
                       .chunk = chunk ? chunk : 1,
                       .length = length,
                       .room = (uint32_t)pool->count * FLIGHT_PER_WORKER};
    run_new(L, pool, 2, &plan);
    lua_pushvalue(L, 3);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    lua_pushinteger(L, 0);
    lua_pushboolean(L, any);
    lua_pushcclosure(L, imap_next, ANY);
    return 1;
}

int pool_imap(lua_State *L)
{
    return imap(L, "imap", false);
}

int pool_imap_unordered(lua_State *L)
{
    return imap(L, "imap_unordered", true);
}
