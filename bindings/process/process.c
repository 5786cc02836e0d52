/* ipc.process, thread, spawn, spawn_thread, current, parent and children: see
 * process/process.h and process/thread.h.  Processes and threads have the same
 * methods. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"
#include "objects.h"
#include "process/ended.h"
#include "process/process_start.h"

static struct tl_handle *check_process(lua_State *L)
{
    return process_check(L, 1);
}

/* ---- waiting ---- */

static int process_join(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 1, "join");
    tl_deadline deadline = check_deadline(L, 2, process, "join");
    return result(L, process, "join", tl_process_join(process, deadline));
}

/* Pushes, of a process that delivered nothing, how it ended. */
static void push_end(lua_State *L, const struct tl_handle *process)
{
    struct tl_process_info info = {0};
    char text[TL_TEXT_SIZE];
    tl_process_info(process, &info);
    ended_text(&info, text, sizeof text);
    int lost = tl_process_lost(process);
    if (lost < 0)
        lua_pushfstring(L, "its outcome was lost: %s",
                        lost == TL_SYSTEM ? "not enough memory"
                                          : tl_status_text(lost));
    else
        lua_pushfstring(L, "%s%s", text,
                        info.exit_known && info.exitcode >= 0
                            ? " before its function returned"
                            : "");
}

static int process_result(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 1, "result");
    tl_deadline deadline = check_deadline(L, 2, process, "result");
    struct tl_parcel parcel;
    bool ok;
    int status = tl_process_result(process, &ok, &parcel, deadline);
    if (status == TL_EMPTY) {
        lua_pushnil(L);
        push_end(L, process);
        return 2;
    }
    if (status < 0)
        return result(L, process, "result", status);
    if (ok)
        return message_receive(L, &parcel);
    lua_pushnil(L);
    return 1 + message_receive(L, &parcel);
}

static int process_is_alive(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 0, "is_alive");
    struct tl_process_info info;
    int status = tl_process_info(process, &info);
    if (status < 0)
        return result_failure(L, process, "is_alive", status);
    lua_pushboolean(L, info.alive);
    return 1;
}

/* ---- signals ---- */

static int send_signal(lua_State *L, const char *call, int signal)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 0, call);
    int status = tl_process_signal(process, signal);
    /* what was to end has ended */
    if (status == TL_ENDED && (signal == SIGTERM || signal == SIGKILL))
        status = TL_OK;
    return result(L, process, call, status);
}

static int process_terminate(lua_State *L)
{
    return send_signal(L, "terminate", SIGTERM);
}

static int process_kill(lua_State *L)
{
    return send_signal(L, "kill", SIGKILL);
}

static int process_signal(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 1, "signal");
    lua_Integer n = check_integer(L, 2, process, "signal", "the signal", 0, 64);
    lua_settop(L, 1);
    return send_signal(L, "signal", (int)n);
}

static int process_suspend(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 0, "suspend");
    int status = tl_process_suspend(process);
    if (status == TL_SELF)
        return misuse(L, process, "suspend",
                      "a process cannot suspend itself; another can");
    return result(L, process, "suspend", status);
}

static int process_cancel(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 0, "cancel");
    if (process->kind != TL_KIND_THREAD)
        return misuse(L, process, "cancel",
                      "a thread can be cancelled; end a process by terminate");
    int status = tl_thread_cancel(process);
    if (status < 0 && status != TL_ENDED)
        return result_failure(L, process, "cancel", status);
    lua_pushboolean(L, status == TL_OK);
    return 1;
}

static int process_resume(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    check_method(L, 0, "resume");
    return result(L, process, "resume", tl_process_resume(process));
}

/* ---- fields ---- */

static struct tl_process_info identity_of(lua_State *L,
                                          const struct tl_handle *process)
{
    struct tl_process_info info;
    int status = tl_process_identity(process, &info);
    if (status < 0)
        result_failure(L, process, NULL, status);
    return info;
}

static void push_pid(lua_State *L, const struct tl_handle *process)
{
    struct tl_process_info info = identity_of(L, process);
    if (info.started)
        lua_pushinteger(L, info.pid);
    else
        lua_pushnil(L);
}

static void push_name(lua_State *L, const struct tl_handle *process)
{
    struct tl_process_info info = identity_of(L, process);
    lua_pushstring(L, info.name);
}

static void push_daemon(lua_State *L, const struct tl_handle *process)
{
    lua_pushboolean(L, identity_of(L, process).daemon);
}

static void push_exitcode(lua_State *L, const struct tl_handle *process)
{
    struct tl_process_info info;
    int status = tl_process_info(process, &info);
    if (status < 0)
        result_failure(L, process, NULL, status);
    if (info.exit_known)
        lua_pushinteger(L, info.exitcode);
    else
        lua_pushnil(L);
}

static int process_newindex(lua_State *L)
{
    struct tl_handle *process = check_process(L);
    const char *name = shown_text(L, 2);
    if (strcmp(name, "daemon") != 0)
        return misuse(L, process, NULL,
                      "the field \"%s\" cannot be set; daemon can, before "
                      "start",
                      name);
    if (!lua_isboolean(L, 3))
        return misuse(L, process, "daemon", "true or false is expected, not %s",
                      shown_a_type(L, 3));
    int status = tl_process_set_daemon(process, lua_toboolean(L, 3));
    if (status == TL_STARTED)
        return misuse(L, process, "daemon", "it can only be set before start");
    return status < 0 ? result_failure(L, process, "daemon", status) : 0;
}

/* ---- relatives ---- */

static int process_current(lua_State *L)
{
    check_function(L, 0, "current");
    int status = tl_process_current(object_reserve(L));
    if (status < 0)
        return result_failure(L, NULL, "current", status);
    object_settle(L);
    return 1;
}

static int process_parent(lua_State *L)
{
    check_function(L, 0, "parent");
    int status = tl_process_parent(object_reserve(L));
    if (status == TL_EMPTY) {
        lua_pushnil(L);
        return 1;
    }
    if (status < 0)
        return result_failure(L, NULL, "parent", status);
    object_settle(L);
    return 1;
}

static int process_children(lua_State *L)
{
    check_function(L, 0, "children");
    lua_newtable(L);
    for (lua_Integer i = 0;; i++) {
        int status = tl_process_child(object_reserve(L), (size_t)i);
        if (status == TL_EMPTY) {
            lua_pop(L, 1);
            return 1;
        }
        if (status < 0)
            return result_failure(L, NULL, "children", status);
        object_settle(L);
        lua_rawseti(L, -2, i + 1);
    }
}

static const luaL_Reg methods[] = {{"start", process_start},
                                   {"join", process_join},
                                   {"result", process_result},
                                   {"is_alive", process_is_alive},
                                   {"terminate", process_terminate},
                                   {"kill", process_kill},
                                   {"signal", process_signal},
                                   {"suspend", process_suspend},
                                   {"resume", process_resume},
                                   {"cancel", process_cancel},
                                   {NULL, NULL}};
static const struct property properties[] = {{"pid", push_pid},
                                             {"name", push_name},
                                             {"daemon", push_daemon},
                                             {"exitcode", push_exitcode},
                                             {NULL, NULL}};
static const struct class process_class = {.methods = methods,
                                           .properties = properties,
                                           .newindex = process_newindex,
                                           .made_often = true};
static const luaL_Reg functions[] = {
    {"process", process_new},       {"thread", process_new_thread},
    {"spawn", process_spawn},       {"spawn_thread", process_spawn_thread},
    {"current", process_current},   {"parent", process_parent},
    {"children", process_children}, {NULL, NULL}};

void process_open(lua_State *L)
{
    object_class(L, TL_KIND_PROCESS, &process_class);
    object_class(L, TL_KIND_THREAD, &process_class);
    luaL_setfuncs(L, functions, 0);
}
