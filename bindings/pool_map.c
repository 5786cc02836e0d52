/*
 * Map and its kin: many jobs of one function, some of them in flight.
 *
 * A run keeps the jobs in flight in a ring, in the order of their items.  It
 * encodes the function once, with its variables as they are then, and each
 * job's message begins with that.  Whatever is raised, its finalizer drops the
 * jobs that are still in flight.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "pool.h"
#include "support.h"
#include "userdata.h"

#define CHUNK_MOST 65536
#define CHUNKS_PER_WORKER 4
#define FLIGHT_LEAST 256   /* of map: jobs in flight */
#define FLIGHT_PER_WORKER 4 /* of imap */

struct entry {
    uint32_t job;
    lua_Integer from, count;
};

struct run {
    struct pool *pool;
    const void *board; /* the pool's, to know whether it is still there */
    const char *call;
    enum pool_call what;
    lua_Integer chunk;
    lua_Integer next;   /* item */
    lua_Integer length; /* of the list; -1: an iterator that goes on */
    struct codec_part part;
    struct entry *ring;
    uint32_t room, first, count;
};

static char run_key; /* registry: the metatable */

static struct entry *entry_at(const struct run *run, uint32_t i)
{
    return &run->ring[(run->first + i) % run->room];
}

static void remove_entry(struct run *run, uint32_t i)
{
    for (; i > 0; i--)
        *entry_at(run, i) = *entry_at(run, i - 1);
    run->first = (run->first + 1) % run->room;
    run->count--;
}

/* Drops what is in flight. */
static void stop(struct run *run)
{
    struct tl_handle board = {.object = (void *)(uintptr_t)run->board};
    struct pool *pool = run->board ? pool_find(&board) : NULL;
    for (; run->count > 0; remove_entry(run, 0))
        if (pool)
            pool_drop(pool, entry_at(run, 0)->job, true);
    codec_part_drop(&run->part);
    free(run->ring);
    run->ring = NULL;
    run->length = 0;
}

static int run_gc(lua_State *L)
{
    stop(lua_touserdata(L, 1));
    return 0;
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

/* Pushes a run of the function over `length` items, or -1. */
static struct run *run_new(lua_State *L, struct pool *pool, const char *call,
                           enum pool_call what, int function,
                           lua_Integer length, lua_Integer chunk, uint32_t room)
{
    struct run *run = lua_newuserdatauv(L, sizeof *run, 1);
    *run = (struct run){.pool = pool,
                        .board = pool->board->object,
                        .call = call,
                        .what = what,
                        .chunk = chunk,
                        .next = 1,
                        .length = length,
                        .room = room};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &run_key);
    lua_setmetatable(L, -2);
    run->ring = malloc(room * sizeof *run->ring);
    if (!run->ring)
        luaL_error(L, "not enough memory");
    make_part(L, run, function);
    return run;
}

/* Submits the items 1 to `count` of the table at `list`, beginning at `from`. */
static void launch(lua_State *L, struct run *run, int list, lua_Integer from,
                   lua_Integer count)
{
    struct codec_call call = {.part = &run->part,
                              .root = "item",
                              .list = list,
                              .from = from,
                              .to = from + count - 1};
    struct entry entry = {.from = run->next, .count = count};
    entry.job = pool_submit(L, run->pool, run->call, &call, -1);
    run->count++;
    *entry_at(run, run->count - 1) = entry;
    run->next += count;
}

static void feed_list(lua_State *L, struct run *run, int list)
{
    while (run->count < run->room && run->next <= run->length) {
        lua_Integer left = run->length - run->next + 1;
        launch(L, run, list, run->next, left < run->chunk ? left : run->chunk);
    }
}

/* Items from the iterator at `source`: as many as one job needs. */
static bool feed_once(lua_State *L, struct run *run, int source)
{
    lua_Integer count = 0;
    lua_newtable(L);
    int list = lua_gettop(L);
    while (run->length < 0 && count < run->chunk) {
        lua_pushvalue(L, source);
        lua_call(L, 0, 1);
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

static void feed(lua_State *L, struct run *run, int source)
{
    if (lua_istable(L, source)) {
        feed_list(L, run, source);
        return;
    }
    while (run->length < 0 && run->count < run->room)
        if (!feed_once(L, run, source))
            return;
}

static void fail(lua_State *L, struct run *run, uint32_t job)
{
    struct pool *pool = run->pool;
    pool_push_error(L, pool, job, run->call);
    stop(run);
    if (lua_type(L, -1) == LUA_TSTRING)
        raise_here(L);
    lua_error(L);
}

/* How many of the jobs have not ended, as far as that can be seen; *ended: the
 * first that has, or -1.  Raises where one has failed. */
static uint32_t look(lua_State *L, struct run *run, int64_t *ended,
                     bool raises)
{
    uint32_t done = 0;
    *ended = -1;
    for (uint32_t i = 0; i < run->count; i++) {
        uint32_t job = entry_at(run, i)->job;
        switch (tl_board_state(run->pool->board, job, NULL)) {
        case TL_JOB_FAILED:
        case TL_JOB_CANCELLED:
            if (raises)
                fail(L, run, job);
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

/* Waits until the first job has ended, or any: its place in the ring. */
static uint32_t await(lua_State *L, struct run *run, bool any, bool raises)
{
    for (;;) {
        int64_t ended;
        uint64_t seen = pool_seen(run->pool);
        pool_tend(L, run->pool);
        uint32_t left = look(L, run, &ended, raises);
        if (ended == 0 || (any && ended > 0))
            return (uint32_t)ended;
        /* many small jobs: not awake for each */
        pool_wait(L, run->pool, run->call, seen,
                  run->count == run->room ? left / 8 + 1 : 1, TL_FOREVER);
        if (!run->ring)
            misuse(L, run->pool->board, run->call, "it was stopped");
    }
}

/* ---- arguments ---- */

lua_Integer check_chunk(lua_State *L, int index, struct pool *pool,
                        const char *call)
{
    if (lua_isnoneornil(L, index))
        return 0;
    return check_integer(L, index, pool->board, call, "chunk", 1, INT32_MAX);
}

lua_Integer pool_chunk(const struct pool *pool, lua_Integer length)
{
    lua_Integer parts = (lua_Integer)pool->count * CHUNKS_PER_WORKER;
    lua_Integer chunk = (length + parts - 1) / parts;
    return chunk < 1 ? 1 : chunk > CHUNK_MOST ? CHUNK_MOST : chunk;
}

lua_Integer check_list(lua_State *L, int index, struct pool *pool,
                       const char *call)
{
    if (!lua_istable(L, index))
        misuse(L, pool->board, call, "a list is expected, not a %s",
               luaL_typename(L, index));
    lua_Integer length = luaL_len(L, index);
    if (!luaL_getmetafield(L, index, "__index"))
        return length;
    lua_pop(L, 1);
    lua_createtable(L, length < CHUNK_MOST ? (int)length : CHUNK_MOST, 0);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_geti(L, index, i);
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, index);
    return length;
}

/* { chunk =, progress = } at index, or the chunk. */
static lua_Integer check_map_options(lua_State *L, int index, struct pool *pool,
                                     const char *call, bool *progress)
{
    *progress = false;
    if (!lua_istable(L, index))
        return check_chunk(L, index, pool, call);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        const char *name = luaL_tolstring(L, -2, NULL);
        if (strcmp(name, "chunk") != 0 && strcmp(name, "progress") != 0)
            misuse(L, pool->board, call,
                   "unknown option \"%s\"; there are: chunk, progress", name);
        lua_pop(L, 2);
    }
    lua_getfield(L, index, "progress");
    *progress = lua_toboolean(L, -1);
    lua_getfield(L, index, "chunk");
    return check_chunk(L, lua_gettop(L), pool, call);
}

/* ---- map ---- */

/* What a terminal shows of a map. */
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
    int size = snprintf(line, sizeof line,
                        "\r%3d%% %lld/%lld  %.0f/s  %.0f s left \x1b[K%s",
                        length ? (int)(100 * done / length) : 100,
                        (long long)done, (long long)length, rate, left,
                        done == length ? "\n" : "");
    tl_output(STDERR_FILENO, line, (size_t)size);
}

static void collect(lua_State *L, struct run *run, uint32_t i, int results)
{
    struct tl_parcel parcel;
    struct entry entry = *entry_at(run, i);
    tl_board_result(run->pool->board, entry.job, &parcel);
    codec_decode_list(L, parcel.data, parcel.size, parcel.refs,
                      parcel.ref_count, message_allow(0), results, entry.from);
    remove_entry(run, i);
    pool_release(run->pool, entry.job);
}

/* pool, function, list, chunk */
static int map(lua_State *L, const char *call, enum pool_call what)
{
    struct pool *pool = check_open(L, 1, call);
    struct progress progress = {0};
    lua_settop(L, 4);
    check_task(L, 2, pool, call);
    lua_Integer length = check_list(L, 3, pool, call);
    lua_Integer chunk = check_map_options(L, 4, pool, call, &progress.on);
    if (!chunk)
        chunk = pool_chunk(pool, length);
    lua_settop(L, 3);
    progress.on = progress.on && isatty(STDERR_FILENO);
    progress.began = tl_now();
    uint32_t room = FLIGHT_LEAST + (uint32_t)pool->count * 8;
    struct run *run = run_new(L, pool, call, what, 2, length, chunk, room);
    lua_createtable(L, length < INT32_MAX ? (int)length : 0, 0);
    int results = lua_gettop(L);
    for (lua_Integer done = 0; done < length;) {
        /* by halves, so that hand-overs come many at a time */
        if (run->count <= run->room / 2)
            feed(L, run, 3);
        uint32_t i = await(L, run, false, true);
        done += entry_at(run, i)->count;
        collect(L, run, i, results);
        show(&progress, done, length);
    }
    stop(run);
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

/* ---- imap ---- */

/* Upvalues of an iterator: the run; the list or iterator; the pool; a list of
 * results that were not given out yet, or nil; how many were given of these;
 * whether in any order. */
enum { RUN = 1, SOURCE, POOL, RESULTS, GIVEN, ANY };

/* Makes the results of the next job the iterator's; false: there is none. */
static bool next_results(lua_State *L, struct run *run)
{
    if (!run->ring)
        return false;
    lua_pushvalue(L, lua_upvalueindex(SOURCE));
    feed(L, run, lua_gettop(L));
    if (run->count == 0) {
        stop(run);
        return false;
    }
    bool any = lua_toboolean(L, lua_upvalueindex(ANY));
    uint32_t i = await(L, run, any, false);
    struct entry *entry = entry_at(run, i);
    if (tl_board_state(run->pool->board, entry->job, NULL) != TL_JOB_DONE)
        fail(L, run, entry->job);
    lua_createtable(L, (int)entry->count, 2);
    int results = lua_gettop(L);
    lua_pushinteger(L, entry->from);
    lua_setfield(L, results, "from");
    lua_pushinteger(L, entry->count);
    lua_setfield(L, results, "n");
    entry->from = 1;
    collect(L, run, i, results);
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
    struct pool *pool = check_open(L, 1, call);
    lua_settop(L, 4);
    check_task(L, 2, pool, call);
    lua_Integer length = -1, chunk = check_chunk(L, 4, pool, call);
    if (lua_istable(L, 3))
        length = check_list(L, 3, pool, call);
    else if (!lua_isfunction(L, 3))
        return misuse(L, pool->board, call,
                      "a list or an iterator is expected, not a %s",
                      luaL_typename(L, 3));
    uint32_t room = (uint32_t)pool->count * FLIGHT_PER_WORKER;
    run_new(L, pool, call, POOL_MAP, 2, length, chunk ? chunk : 1, room);
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

void open_pool_map(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, run_gc);
    lua_setfield(L, -2, "__gc");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &run_key);
}
