#include "pool/callbacks.h"
#include <stdio.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/traceback.h"
#include "lua/userdata.h"
#include "pool/jobs.h"
#include "pool/workers.h"
#include "process/files.h"

static int traceback(lua_State *L)
{
    traceback_push_text(L);
    traceback_push(L);
    return 1;
}

/* Tells a callback's error on stderr: no call would return it. */
static void report(lua_State *L, const struct pool *pool)
{
    char title[TL_TEXT_SIZE];
    size_t size;
    tl_title(pool->board, title, sizeof title);
    lua_pushfstring(L, "tidelock: a callback of %s failed: ", title);
    lua_insert(L, -2);
    lua_pushliteral(L, "\n");
    lua_concat(L, 3);
    const char *text = lua_tolstring(L, -1, &size);
    files_flush_stdout();
    files_write(2, text, size);
}

void pool_forget_callbacks(lua_State *L, struct ticket *ticket)
{
    luaL_unref(L, LUA_REGISTRYINDEX, ticket->callback);
    luaL_unref(L, LUA_REGISTRYINDEX, ticket->on_error);
    ticket->callback = ticket->on_error = LUA_NOREF;
}

/* Pushes the callback that is due, or nil, and takes both from the ticket. */
static void take_callback(lua_State *L, struct pool *pool, uint32_t first,
                          bool ok)
{
    struct ticket *ticket = &pool->tickets[first];
    lua_rawgeti(L, LUA_REGISTRYINDEX, ok ? ticket->callback : ticket->on_error);
    pool_forget_callbacks(L, ticket);
}

/* Arguments: the pool, the first job of the future, whether all its jobs are
 * done, and else the job that failed. */
static int call_back(lua_State *L)
{
    struct pool *pool = lua_touserdata(L, 1);
    uint32_t first = (uint32_t)lua_tointeger(L, 2);
    bool ok = lua_toboolean(L, 3), list = pool->tickets[first].list;
    take_callback(L, pool, first, ok);
    if (lua_isnil(L, -1))
        return 0;
    int function = lua_gettop(L), count = 1;
    if (!ok) {
        pool_push_error(L, pool, (uint32_t)lua_tointeger(L, 4),
                        list ? "map_async" : "apply_async");
    } else if (list) {
        lua_newtable(L);
        pool_fill_list(L, pool, &first, function + 1);
    } else {
        count = pool_push_results(L, pool, first);
    }
    lua_call(L, count, 0);
    return 0;
}

/* Runs the future's callback if it is due, and says whether it was. */
static bool try_call_back(lua_State *L, struct pool *pool, uint32_t first)
{
    uint32_t failed = first;
    int ended = tl_board_look(pool->board, first, &failed);
    if (!ended)
        return false;
    pool_unattend(pool, first);
    lua_pushcfunction(L, traceback);
    lua_pushcfunction(L, call_back);
    lua_pushlightuserdata(L, pool);
    lua_pushinteger(L, first);
    lua_pushboolean(L, ended == 2);
    lua_pushinteger(L, failed);
    int top = lua_gettop(L) - 6;
    if (lua_pcall(L, 4, 0, top + 1) != LUA_OK)
        report(L, pool);
    lua_settop(L, top);
    if (pool->tickets[first].orphan)
        pool_drop_all(pool, first, false);
    return true;
}

/* Releases the dropped jobs that have ended, and runs the callbacks of others,
 * where L is there for them.
 *
 * Jobs end about in the order in which they were submitted.  So the sweep stops
 * when it has met twice as many jobs that have not ended as there are workers:
 * behind those none is likely to have. */
static void sweep(lua_State *L, struct pool *pool)
{
    int patience = 2 * pool->count + 2;
    uint32_t at = pool->attended_first;
    pool->tidied = pool_seen(pool);
    if (L)
        pool->swept = pool->tidied;
    while (at && patience > 0) {
        uint32_t job = at - 1;
        at = pool->tickets[job].next;
        if (pool->tickets[job].use == POOL_CALLED) {
            if (!L || !try_call_back(L, pool, job))
                patience--;
            else
                at = pool->attended_first;
        } else if (pool_job_ended(pool, job)) {
            pool_unattend(pool, job);
            pool_release(pool, job);
        } else {
            patience--;
        }
    }
}

void pool_tidy(struct pool *pool)
{
    sweep(NULL, pool);
}

/* ---- while this thread waits ---- */

static _Thread_local bool stopped;     /* the collector, by run() */
static _Thread_local lua_State *stage; /* where callbacks run */

static bool needs_care(const struct pool *pool)
{
    struct tl_board_progress progress;
    if (pool->doomed || (pool->terminated && !pool->called) ||
        !tl_board_is_owner(pool->board))
        return false;
    tl_board_progress(pool->board, &progress);
    return (!pool->terminated && progress.deaths != pool->deaths) ||
           (pool->called && progress.finishes != pool->swept);
}

static bool is_due(void)
{
    for (struct pool *pool = pool_first(); pool; pool = pool->next)
        if (needs_care(pool))
            return true;
    return false;
}

/* Pushes the pool's userdata, so that the collector cannot take it.  Where the
 * collector has it already, object_push makes another for the board, and the
 * pool is doomed. */
static void hold(lua_State *L, struct pool *pool)
{
    luaL_checkstack(L, LUA_MINSTACK, "too many pools");
    object_push(L, tl_handle_ref(pool->board));
    pool->doomed = object_test(L, -1) != pool->board;
    if (pool->doomed)
        lua_pop(L, 1);
}

/* Pushes every pool that needs care, and then looks for each again, since a
 * callback may drop any pool. */
static int run_due(lua_State *L)
{
    for (struct pool *pool = pool_first(); pool; pool = pool->next)
        if (needs_care(pool))
            hold(L, pool);
    for (int i = 1, count = lua_gettop(L); i <= count; i++) {
        struct tl_handle *board = object_test(L, i);
        struct pool *pool = board ? pool_find(board) : NULL;
        if (!pool)
            continue;
        pool_tend(L, pool);
        if (pool->called)
            sweep(L, pool);
    }
    return 0;
}

static void collect_again(lua_State *L)
{
    if (stopped)
        lua_gc(L, LUA_GCRESTART, 0);
    stopped = false;
}

/* Runs what is due, with the collector stopped.  The wait may be about to send
 * a message that points into Lua strings, and a callback may remove the last
 * reference to one of these. */
static void run(void)
{
    lua_State *L = stage, *waits = context_state;
    int top = lua_gettop(L);
    stopped = lua_gc(L, LUA_GCISRUNNING, 0) > 0;
    lua_gc(L, LUA_GCSTOP, 0);
    lua_pushcfunction(L, run_due);
    lua_pcall(L, 0, 0, 0);
    lua_settop(L, top);
    collect_again(L);
    context_state = waits;
}

void pool_call_back_now(struct pool *pool, uint32_t first)
{
    if (pool->tickets[first].use != POOL_CALLED)
        return;
    pool_hasten(pool, first);
    pool->swept = pool_seen(pool) - 1; /* due, whatever the last sweep met */
    tl_idle_now();
}

void pool_forget_parent(lua_State *L)
{
    collect_again(L);
}

void pool_callbacks_open(lua_State *L)
{
    stage = lua_newthread(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &stage);
    pool_care_by(is_due, run);
}
