/*
 * Operations: each call of the API announces itself once.
 *
 * The program runs in a world that is like the real one, but for its points,
 * which note what this task has announced.  The cases, in a Lua file, tell for
 * each call what it is to announce.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/world.h"
#include "memory/object.h"
#include "module.h"
#include "tasks/task.h"
#include "tidelock.h"
#include "wait/checkpoint.h"

#define CASES "spec/c/program/operations_cases.lua"
#define MOST 64

/* ---- a world that listens ---- */

/* of the thread that asks, and not of others */
static _Thread_local uint32_t announced[MOST];
static _Thread_local unsigned count;

static void note(void)
{
    if (count < MOST)
        announced[count++] = tl_self->intent.operation;
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static enum tl_world_end nap(int64_t until, struct pollfd *polled,
                             unsigned polled_count, bool outside)
{
    (void)polled;
    (void)polled_count;
    (void)outside;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    /* one that waits without end looks for the dead, too */
    return until != INT64_MAX && now() < until ? TL_WORLD_CALLED
                                               : TL_WORLD_TIME_OVER;
}

static bool wake(struct tl_task *task)
{
    (void)task;
    return false;
}

static bool sleeps(const struct tl_task *task)
{
    (void)task;
    return true;
}

static void of_child(uint32_t child, pid_t pid)
{
    (void)child;
    (void)pid;
}

static void nothing(void)
{
}

static bool as_always(pid_t pid, int signal)
{
    (void)pid;
    (void)signal;
    return false;
}

static uint64_t one(void)
{
    return 1;
}

static int one_cpu(void)
{
    return 1;
}

static int unknown(pid_t pid)
{
    (void)pid;
    return 0;
}

static pid_t same(pid_t pid)
{
    return pid;
}

static const struct tl_world world = {.now = now,
                                      .point = note,
                                      .sleep = nap,
                                      .asked = now,
                                      .in_vain = nothing,
                                      .wake = wake,
                                      .sleeps = sleeps,
                                      .ended_by = unknown,
                                      .cpus = one_cpu,
                                      .started = of_child,
                                      .arrived = nothing,
                                      .left = nothing,
                                      .signal = as_always,
                                      .seed = one,
                                      .pid = same};

/* ---- what the cases call ---- */

/* announced(f, ...): what f(...) has announced: "lock acquire, lock release" */
static int lua_announced(lua_State *L)
{
    luaL_Buffer text;
    count = 0;
    lua_call(L, lua_gettop(L) - 1, 0);
    unsigned n = count;
    luaL_buffinit(L, &text);
    for (unsigned i = 0; i < n; i++) {
        const struct tl_operation_row *row = tl_operation_row(announced[i]);
        if (i > 0)
            luaL_addstring(&text, ", ");
        if (row->kind != TL_KIND_NONE) {
            luaL_addstring(&text, tl_kind_name(row->kind));
            luaL_addchar(&text, ' ');
        }
        luaL_addstring(&text, row->word);
    }
    luaL_pushresult(&text);
    return 1;
}

/* operations(): { "lock acquire" = true ... }, all there are of the rows that
 * name a kind of object */
static int lua_operations(lua_State *L)
{
    lua_newtable(L);
    for (uint32_t i = TL_OP_NONE + 1; i < TL_OPERATION_COUNT; i++) {
        const struct tl_operation_row *row = tl_operation_row(i);
        if (row->kind == TL_KIND_NONE)
            continue;
        lua_pushfstring(L, "%s %s", tl_kind_name(row->kind), row->word);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
    return 1;
}

/* To be run from the root of the source tree. */
int main(void)
{
    tl_world = &world;
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    luaL_requiref(L, "tidelock", luaopen_tidelock, 0);
    lua_register(L, "announced", lua_announced);
    lua_register(L, "operations", lua_operations);
    bool ran = luaL_dofile(L, CASES) == LUA_OK;
    if (!ran)
        printf("Bail out! %s\n", lua_tostring(L, -1));
    tl_family_end();
    return !ran || lua_tointeger(L, -1) != 0;
}
