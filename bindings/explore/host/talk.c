/* Host: the talk with a schedule that stands still, and with the user. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <lauxlib.h>

#include "explore/host/host.h"
#include "explore/host/interrupt.h"

static struct worker *check_standing(lua_State *L, const struct host *host)
{
    struct worker *worker = host_check_worker(L, host);
    if (worker->state != WORKER_STANDS)
        luaL_error(L, "the worker's schedule does not stand still");
    return worker;
}

static void say(lua_State *L, struct host *host, struct worker *worker,
                enum worker_word_kind kind)
{
    if (worker_say(worker, kind) < 0)
        host_raise_lost(L, host, worker);
}

int host_stands(lua_State *L)
{
    const struct worker *worker = host_check_worker(L, host_check(L));
    const struct worker_talk *talk = &worker->memory->talk;
    if (worker->state != WORKER_STANDS)
        return 0;
    lua_pushinteger(L, (lua_Integer)talk->step);
    host_push_path(L, &worker->memory->exploration.account, talk->task);
    return 2;
}

/* Waits for the worker alone; pushes why it does not stand (again), or
 * nothing. */
static bool await(lua_State *L, struct host *host, struct worker *worker)
{
    struct worker *lost;
    int done = host_jobs_wait(host, tl_real_now() + 1e9, &lost);
    if (done == HOST_JOBS_LOST)
        host_raise_lost(L, host, lost);
    if (worker->state == WORKER_STANDS)
        return true;
    lua_pushnil(L);
    lua_pushstring(L, done > 0 ? "ended" : "interrupted");
    return false;
}

int host_ask(lua_State *L)
{
    struct host *host = host_check(L);
    struct worker *worker = check_standing(L, host);
    struct worker_talk *talk = &worker->memory->talk;
    size_t size, more;
    const char *request = luaL_checklstring(L, 3, &size);
    const char *text = luaL_optlstring(L, 4, "", &more);
    luaL_argcheck(L, size + more + 2 < sizeof talk->text, 4, "it is too long");
    memcpy(talk->text, request, size);
    talk->text[size] = '\n';
    memcpy(talk->text + size + 1, text, more + 1);
    talk->size = (uint32_t)(size + 1 + more);
    say(L, host, worker, WORKER_ASK);
    if (!await(L, host, worker))
        return 2;
    lua_pushlstring(L, talk->text, talk->size);
    return 1;
}

int host_go(lua_State *L)
{
    struct host *host = host_check(L);
    struct worker *worker = check_standing(L, host);
    worker->memory->exploration.plan.stop = (uint64_t)luaL_checkinteger(L, 3);
    say(L, host, worker, WORKER_GO);
    return 0;
}

int host_drop(lua_State *L)
{
    struct host *host = host_check(L);
    struct worker *worker = check_standing(L, host);
    worker->state = WORKER_RUNS;
    worker_end_schedule(worker, WORKER_DROPPED);
    await(L, host, worker);
    return 0;
}

/* ---- the user ---- */

static char buffer[4096];
static size_t taken, filled;

/* The next character; -1: there is none, -2: Ctrl-C came. */
static int next(void)
{
    while (taken == filled) {
        ssize_t size = read(STDIN_FILENO, buffer, sizeof buffer);
        if (host_interrupt_came())
            return -2;
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return -1;
        taken = 0;
        filled = (size_t)size;
    }
    return (unsigned char)buffer[taken++];
}

int host_line(lua_State *L)
{
    luaL_Buffer line;
    int character;
    size_t size = 0;
    luaL_buffinit(L, &line);
    while ((character = next()) >= 0 && character != '\n') {
        luaL_addchar(&line, (char)character);
        size++;
    }
    luaL_pushresult(&line);
    if (character != -2 && (character == '\n' || size > 0))
        return 1;
    lua_pushnil(L);
    lua_pushstring(L, character == -2 ? "interrupted" : NULL);
    return 2;
}
