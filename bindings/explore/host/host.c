#include "explore/host/host.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lauxlib.h>

#define OUTPUT_SHOWN (1 << 20)

/* ---- schedules ---- */

static int host_start(lua_State *L)
{
    struct host *host = host_check(L);
    struct worker *worker = host_check_worker(L, host);
    uint32_t how = 0;
    if (worker->state != WORKER_IDLE)
        return luaL_error(L, "the worker runs a schedule already");
    if (lua_istable(L, 4)) {
        lua_getfield(L, 4, "talks");
        lua_getfield(L, 4, "terminal");
        how = lua_toboolean(L, -1)   ? WORKER_TERMINAL
              : lua_toboolean(L, -2) ? WORKER_TALKS
                                     : 0;
        lua_pop(L, 2);
    }
    host_plan_read(L, 3, &worker->memory->exploration.plan);
    if (host_jobs_start(host, worker, how) < 0)
        return host_raise_lost(L, host, worker);
    return 0;
}

/* A schedule that had the terminal may have been in its foreground. */
static void take_terminal_back(const struct worker *worker)
{
    if (worker->flag == WORKER_TERMINAL)
        worker_take_terminal();
}

static int host_wait(lua_State *L)
{
    struct host *host = host_check(L);
    struct worker *lost;
    double until = tl_real_now() + luaL_optnumber(L, 2, 1e9);
    int done = host_jobs_wait(host, until, &lost);
    if (done == HOST_JOBS_LOST)
        return host_raise_lost(L, host, lost);
    if (done > 0) {
        take_terminal_back(&host->workers[done - 1]);
        lua_pushinteger(L, done);
        return 1;
    }
    lua_pushnil(L);
    if (done == 0)
        return 1;
    lua_pushliteral(L, "interrupted");
    return 2;
}

/* ---- what came of them ---- */

static const struct worker_shared *check_done(lua_State *L)
{
    const struct worker *worker = host_check_worker(L, host_check(L));
    if (worker->state != WORKER_IDLE && worker->state != WORKER_STANDS)
        luaL_error(L, "the worker runs a schedule");
    return worker->memory;
}

static int host_account(lua_State *L)
{
    return host_push_run(L, check_done(L));
}

static int host_tasks(lua_State *L)
{
    return host_push_tasks(L, check_done(L));
}

static int host_objects(lua_State *L)
{
    return host_push_objects(L, check_done(L));
}

static int host_events(lua_State *L)
{
    return host_push_events(L, check_done(L));
}

static int host_told(lua_State *L)
{
    return host_push_told(L, check_done(L));
}

static int host_output(lua_State *L)
{
    check_done(L);
    const struct worker *worker = host_check_worker(L, host_check(L));
    off_t size = lseek(worker->output, 0, SEEK_END);
    size_t shown = size > OUTPUT_SHOWN ? OUTPUT_SHOWN : (size_t)size;
    luaL_Buffer buffer;
    char *text = luaL_buffinitsize(L, &buffer, shown);
    ssize_t got = pread(worker->output, text, shown, 0);
    luaL_addsize(&buffer, got > 0 ? (size_t)got : 0);
    if (size > OUTPUT_SHOWN)
        luaL_addstring(&buffer, "\n... (there is more: only the first MiB "
                                "is shown)\n");
    luaL_pushresult(&buffer);
    return 1;
}

static int close_host(lua_State *L)
{
    struct host *host = luaL_checkudata(L, 1, HOST_CLASS);
    if (!host->closed)
        host_close(host);
    return 0;
}

static int cpus(lua_State *L)
{
    lua_pushinteger(L, host_cpu_count());
    return 1;
}

static const luaL_Reg methods[] = {
    {"start", host_start},     {"wait", host_wait},
    {"account", host_account}, {"tasks", host_tasks},
    {"objects", host_objects}, {"events", host_events},
    {"told", host_told},       {"output", host_output},
    {"close", close_host},     {"ask", host_ask},
    {"go", host_go},           {"drop", host_drop},
    {"stands", host_stands},   {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"open", host_open}, {"cpus", cpus}, {"line", host_line}, {NULL, NULL}};

int host_open_library(lua_State *L)
{
    tl_init_kinds();
    luaL_newmetatable(L, HOST_CLASS);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, close_host);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
