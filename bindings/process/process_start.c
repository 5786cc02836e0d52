/* The start of processes and threads: from the arguments of a call to a job, {
 * function, arguments..., n = }, and to the task that runs it. */
#include "process/process_start.h"

#include "lua/support.h"
#include "lua/userdata.h"
#include "process/child.h"
#include "process/files.h"
#include "process/foster.h"
#include "process/inherited_ends.h"
#include "process/thread.h"

struct tl_handle *process_check(lua_State *L, int index)
{
    struct tl_handle *thread = object_test(L, index);
    if (thread && thread->kind == TL_KIND_THREAD)
        return thread;
    return object_check(L, index, TL_KIND_PROCESS);
}

static void check_target(lua_State *L, int index, const char *call)
{
    if (lua_type(L, index) != LUA_TFUNCTION)
        misuse(L, NULL, call, "the function to run is expected first, not %s",
               shown_a_type(L, index));
}

/* Replaces the table { target =, args =, name =, daemon = } by these four
 * values; returns the name, which lies at 3. */
static const char *spread_options(lua_State *L, const char *call, bool *daemon)
{
    static const char *const names[] = {"target", "args", "name", "daemon",
                                        NULL};
    check_options(L, call, names);
    if (lua_type(L, 1) != LUA_TFUNCTION)
        misuse(L, NULL, call, "target must be the function to run, not %s",
               shown_a_type(L, 1));
    if (!lua_isnil(L, 2) && !lua_istable(L, 2))
        misuse(L, NULL, call, "args must be a list, not %s",
               shown_a_type(L, 2));
    const char *name = check_name(L, 3, call);
    if (!lua_isnil(L, 4) && !lua_isboolean(L, 4))
        misuse(L, NULL, call, "daemon must be true or false, not %s",
               shown_a_type(L, 4));
    *daemon = lua_toboolean(L, 4);
    return name;
}

/* Pushes { function, arguments..., n = how many } from positional arguments. */
static void pack_positional(lua_State *L, const char *call)
{
    int count = lua_gettop(L);
    check_target(L, 1, call);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int i = count; i >= 1; i--)
        lua_rawseti(L, 1, i);
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
}

/* Pushes the same from the function at 1 and the list of arguments, or nil, at
 * 2. */
static void pack_options(lua_State *L, const char *call)
{
    lua_Integer count =
        lua_istable(L, 2) ? check_arguments(L, 2, call, "args") : 0;
    lua_createtable(L, (int)count + 1, 1);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, 2, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushinteger(L, count + 1);
    lua_setfield(L, -2, "n");
}

static int make(lua_State *L, enum tl_kind_id kind, const char *call)
{
    const char *name = NULL;
    bool daemon = false, tried = false;
    if (lua_gettop(L) == 1 && lua_istable(L, 1)) {
        name = spread_options(L, call, &daemon);
        pack_options(L, call);
    } else {
        pack_positional(L, call);
    }
    int job = lua_gettop(L), status;
    if (kind == TL_KIND_THREAD)
        thread_check(L, job, call);
    struct tl_handle *process = object_new(L, kind);
    do
        status = kind == TL_KIND_THREAD ? tl_thread_new(process, name, daemon)
                                        : tl_process_new(process, name, daemon);
    while (result_try_again(L, status, &tried));
    object_made(L, -1, call, status);
    lua_pushvalue(L, job);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

int process_new(lua_State *L)
{
    return make(L, TL_KIND_PROCESS, "process");
}

int process_new_thread(lua_State *L)
{
    return make(L, TL_KIND_THREAD, "thread");
}

/* As tl_process_start; in the child it does not return. */
static int fork_job(lua_State *L, const struct tl_handle *process, int job)
{
    size_t count;
    const struct tl_handle *const *given = inherited_ends_find(L, job, &count);
    files_flush(L); /* else the child would print it once more */
    int output = foster_open(process);
    int started = tl_process_start(process, given, count);
    if (started == 0) {
        foster_begin(output);
        child_run(L, job);
    }
    foster_started(started > 0 ? process : NULL, output);
    lua_settop(L, job);
    return started;
}

static int start(lua_State *L, int index, const char *call)
{
    context_state = L;
    struct tl_handle *process = process_check(L, index);
    lua_getiuservalue(L, index, 1);
    int job = lua_gettop(L);
    if (!lua_istable(L, job)) {
        struct tl_process_info info;
        int status = tl_process_info(process, &info);
        if (status == TL_OK)
            status = info.started ? TL_STARTED : TL_NOT_PARENT;
        return result_failure(L, process, call, status);
    }
    bool tried = false;
    int started;
    do
        started = process->kind == TL_KIND_THREAD
                      ? thread_start(L, process, job, call)
                      : fork_job(L, process, job);
    while (result_try_again(L, started, &tried));
    if (started < 0)
        return result_failure(L, process, call, started);
    lua_pushnil(L);
    lua_setiuservalue(L, index, 1);
    lua_pushvalue(L, index);
    return 1;
}

int process_start(lua_State *L)
{
    process_check(L, 1);
    check_method(L, 0, "start");
    return start(L, 1, "start");
}

int process_spawn(lua_State *L)
{
    make(L, TL_KIND_PROCESS, "spawn");
    return start(L, lua_gettop(L), "spawn");
}

int process_spawn_thread(lua_State *L)
{
    make(L, TL_KIND_THREAD, "spawn_thread");
    return start(L, lua_gettop(L), "spawn_thread");
}
