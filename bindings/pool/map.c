#include "pool/map.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lua/support.h"
#include "pool/arguments.h"
#include "pool/jobs.h"
#include "pool/run.h"

#define FLIGHT_LEAST 256 /* jobs in flight */

/* ---- options ---- */

/* { chunk =, progress = } at index, or the chunk. */
static lua_Integer check_map_options(lua_State *L, int index, struct pool *pool,
                                     const char *call, bool *progress)
{
    *progress = false;
    if (!lua_istable(L, index))
        return pool_check_chunk(L, index, pool, call);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        const char *name = shown_text(L, -2);
        if (strcmp(name, "chunk") != 0 && strcmp(name, "progress") != 0)
            misuse(L, pool->board, call,
                   "unknown option \"%s\"; there are: chunk, progress", name);
        lua_pop(L, 2);
    }
    lua_getfield(L, index, "progress");
    *progress = lua_toboolean(L, -1);
    lua_getfield(L, index, "chunk");
    return pool_check_chunk(L, lua_gettop(L), pool, call);
}

/* ---- map ---- */

/* The progress of a map, for a terminal. */
struct progress {
    bool on;
    double began, shown;
};

static void show(struct progress *progress, lua_Integer done,
                 lua_Integer length)
{
    char line[100];
    double now = tl_now();
    if (!progress->on || (done < length && now - progress->shown < 0.1))
        return;
    progress->shown = now;
    double took = now - progress->began;
    double rate = took > 0 ? (double)done / took : 0;
    double left = rate > 0 ? (double)(length - done) / rate : 0;
    int size = snprintf(
        line, sizeof line, "\r%3d%% %lld/%lld  %.0f/s  %.0f s left \x1b[K%s",
        length ? (int)(100 * done / length) : 100, (long long)done,
        (long long)length, rate, left, done == length ? "\n" : "");
    tl_output(STDERR_FILENO, line, (size_t)size);
}

/* pool, function, list, chunk */
static int map(lua_State *L, const char *call, enum pool_call what)
{
    struct pool *pool = pool_check_ready(L, 1, call);
    check_method(L, 3, call);
    struct progress progress = {0};
    lua_settop(L, 4);
    pool_check_task(L, 2, pool, call);
    lua_Integer length = check_list(L, 3, pool->board, call);
    lua_Integer chunk = check_map_options(L, 4, pool, call, &progress.on);
    if (!chunk)
        chunk = pool_chunk(pool, length);
    lua_settop(L, 3);
    progress.on = progress.on && isatty(STDERR_FILENO);
    progress.began = tl_now();
    struct run plan = {.call = call,
                       .what = what,
                       .chunk = chunk,
                       .length = length,
                       .room = FLIGHT_LEAST + (uint32_t)pool->count * 8};
    struct run *run = run_new(L, pool, 2, &plan);
    lua_createtable(L, length < INT32_MAX ? (int)length : 0, 0);
    int results = lua_gettop(L);
    pool_begin(L, pool, call);
    for (lua_Integer done = 0; done < length;) {
        /* by halves, so that many jobs are handed over at a time */
        if (run->count <= run->room / 2)
            run_feed(L, run, 3);
        uint32_t i = run_await(L, run, RUN_FIRST_OR_FAILURE);
        done += run_entry(run, i)->count;
        run_collect(L, run, i, results);
        show(&progress, done, length);
    }
    run_stop(run);
    return 1;
}

int pool_map(lua_State *L)
{
    return map(L, "map", POOL_MAP);
}

int pool_starmap(lua_State *L)
{
    return map(L, "starmap", POOL_STARMAP);
}
