/* ipc.command: the methods of a command, a program that runs without a shell;
 * see launch.c for its start. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "commands/class.h"
#include "commands/command.h"
#include "commands/launch.h"
#include "commands/stream.h"
#include "lua/compat.h"
#include "lua/local_object.h"
#include "lua/support.h"
#include "objects.h"
#include "process/ended.h"

/* ---- waiting ---- */

static int command_join(lua_State *L)
{
    struct command *command = command_check(L, "join");
    check_method(L, 1, "join");
    tl_deadline deadline = command_deadline(L, 2, command, "join");
    int status = tl_command_join(command->command, deadline);
    return command_result(L, command_call(L, command, "join"), status);
}

/* Pushes what a stream holds.  It looks just before it pushes, since whatever
 * allocates may run a finalizer, which may read the stream or close it. */
static size_t push_held(lua_State *L, const struct command *command,
                        enum tl_command_stream which)
{
    struct tl_slice held = tl_command_held(command->command, which);
    lua_pushlstring(L, held.data, held.size);
    return held.size;
}

/* Pushes how a failed command ended, with what it has written to stderr about
 * that. */
static void push_end(lua_State *L, const struct command *command,
                     const struct tl_process_info *info)
{
    char how[TL_TEXT_SIZE];
    ended_text(info, how, sizeof how);
    lua_pushstring(L, how);
    size_t size = push_held(L, command, TL_STDERR);
    const char *text = lua_tostring(L, -1);
    while (size > 0 && text[size - 1] == '\n')
        size--;
    lua_pushstring(L, size > 0 ? ": " : "");
    lua_pushlstring(L, text, size);
    lua_remove(L, -3);
    lua_concat(L, 3);
}

static int command_get_result(lua_State *L)
{
    struct command *command = command_check(L, "result");
    check_method(L, 1, "result");
    tl_deadline deadline = command_deadline(L, 2, command, "result");
    struct tl_process_info info;
    int status = tl_command_result(command->command, deadline);
    if (status == TL_OK)
        status = tl_command_info(command->command, &info);
    if (status != TL_OK)
        return command_result(L, command_call(L, command, "result"), status);
    if (info.exit_known && info.exitcode == 0) {
        push_held(L, command, TL_STDOUT);
        push_held(L, command, TL_STDERR);
    } else {
        lua_pushnil(L);
        push_end(L, command, &info);
    }
    return 2;
}

static int command_communicate(lua_State *L)
{
    struct command *command = command_check(L, "communicate");
    check_method(L, 2, "communicate");
    size_t size = 0;
    if (!lua_isnoneornil(L, 2) && !lua_isstring(L, 2))
        return misuse(L, NULL, command_call(L, command, "communicate"),
                      "the input must be a string or nil, not %s",
                      shown_a_type(L, 2));
    const char *input = lua_tolstring(L, 2, &size);
    tl_deadline deadline = command_deadline(L, 3, command, "communicate");
    int status =
        tl_command_communicate(command->command, input, size, deadline);
    if (status == TL_DROPPED)
        return misuse(L, NULL, command_call(L, command, "communicate"),
                      "there is input, and its stdin is not open");
    if (status < 0)
        return command_result(L, command_call(L, command, "communicate"),
                              status);
    size_t output = push_held(L, command, TL_STDOUT);
    size_t errors = push_held(L, command, TL_STDERR);
    tl_command_take(command->command, TL_STDOUT, output);
    tl_command_take(command->command, TL_STDERR, errors);
    return 2;
}

/* ---- looking and signalling ---- */

static struct tl_process_info
info_of(lua_State *L, const struct command *command, const char *call)
{
    struct tl_process_info info = {0};
    int status = tl_command_info(command->command, &info);
    if (status < 0)
        command_failure(L, command_call(L, command, call), status);
    return info;
}

static int command_is_alive(lua_State *L)
{
    struct command *command = command_check(L, "is_alive");
    check_method(L, 0, "is_alive");
    lua_pushboolean(L, info_of(L, command, "is_alive").alive);
    return 1;
}

static int send_signal(lua_State *L, const char *call, int signal)
{
    struct command *command = command_check(L, call);
    check_method(L, 0, call);
    int status = tl_command_signal(command->command, signal);
    /* what was to end has ended */
    if (status == TL_ENDED && (signal == SIGTERM || signal == SIGKILL))
        status = TL_OK;
    return command_result(L, command_call(L, command, call), status);
}

static int command_terminate(lua_State *L)
{
    return send_signal(L, "terminate", SIGTERM);
}

static int command_kill(lua_State *L)
{
    return send_signal(L, "kill", SIGKILL);
}

static int command_signal(lua_State *L)
{
    struct command *command = command_check(L, "signal");
    check_method(L, 1, "signal");
    lua_Integer n = check_integer(
        L, 2, NULL, command_call(L, command, "signal"), "the signal", 0, 64);
    lua_settop(L, 1);
    return send_signal(L, "signal", (int)n);
}

static int command_suspend(lua_State *L)
{
    struct command *command = command_check(L, "suspend");
    check_method(L, 0, "suspend");
    int status = tl_command_suspend(command->command);
    return command_result(L, command_call(L, command, "suspend"), status);
}

static int command_resume(lua_State *L)
{
    return send_signal(L, "resume", SIGCONT);
}

/* ---- the class ---- */

static const luaL_Reg methods[] = {{"join", command_join},
                                   {"result", command_get_result},
                                   {"communicate", command_communicate},
                                   {"is_alive", command_is_alive},
                                   {"terminate", command_terminate},
                                   {"kill", command_kill},
                                   {"signal", command_signal},
                                   {"suspend", command_suspend},
                                   {"resume", command_resume},
                                   {NULL, NULL}};

/* Whether the name at 2 is a stream's: then pushes the stream, or nil where
 * there is none. */
static bool push_stream(lua_State *L, const char *name)
{
    for (int i = 0; i < TL_COMMAND_STREAMS; i++) {
        if (strcmp(name, stream_names[i]) == 0) {
            lua_getiuservalue(L, 1, 1);
            lua_getfield(L, -1, name);
            return true;
        }
    }
    return false;
}

static struct tl_process_info
identity_of(lua_State *L, const struct command *command, const char *field)
{
    struct tl_process_info info = {0};
    int status = tl_command_identity(command->command, &info);
    if (status < 0)
        command_failure(L, command_call(L, command, field), status);
    return info;
}

static void push_exitcode(lua_State *L, const struct command *command)
{
    struct tl_process_info info = info_of(L, command, "exitcode");
    if (info.exit_known)
        lua_pushinteger(L, info.exitcode);
    else
        lua_pushnil(L);
}

static bool push_property(lua_State *L, const struct command *command,
                          const char *name)
{
    if (push_stream(L, name))
        return true;
    if (strcmp(name, "pid") == 0)
        lua_pushinteger(L, identity_of(L, command, name).pid);
    else if (strcmp(name, "name") == 0)
        lua_pushstring(L, identity_of(L, command, name).name);
    else if (strcmp(name, "exitcode") == 0)
        push_exitcode(L, command);
    else
        return false;
    return true;
}

/* Upvalue: the methods. */
static int command_index(lua_State *L)
{
    command_test(L);
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const char *name = shown_text(L, 2);
    const struct command *command = command_check(L, name);
    if (push_property(L, command, name))
        return 1;
    char title[TL_TEXT_SIZE];
    tl_command_title(command->command, title, sizeof title);
    return command_no_field(L, title, methods,
                            ", stdin, stdout, stderr, pid, name, exitcode");
}

static int command_newindex(lua_State *L)
{
    char title[TL_TEXT_SIZE] = "command";
    const struct command *command = command_test(L);
    if (command->command)
        tl_command_title(command->command, title, sizeof title);
    return command_no_setting(L, title);
}

static int command_tostring(lua_State *L)
{
    const struct command *command = command_test(L);
    char text[TL_TEXT_SIZE] = "command: not running";
    if (command->command)
        tl_command_describe(command->command, text, sizeof text);
    lua_pushstring(L, text);
    return 1;
}

static int command_gc(lua_State *L)
{
    struct command *command = command_test(L);
    if (command->command)
        tl_command_drop(command->command);
    command->command = NULL;
    return 0;
}

/* Closes the streams.  The command goes on, and can be asked and joined. */
static int command_close(lua_State *L)
{
    const struct command *command = command_test(L);
    for (int i = 0; command->command && i < TL_COMMAND_STREAMS; i++)
        tl_command_close(command->command, i);
    return 0;
}

static const luaL_Reg metamethods[] = {{"__gc", command_gc},
                                       {"__close", command_close},
                                       {"__tostring", command_tostring},
                                       {"__newindex", command_newindex},
                                       {NULL, NULL}};

static int command_fd(void *state)
{
    return tl_command_fd(state);
}

void command_open(lua_State *L)
{
    static const struct outside waited_for = {.look = tl_command_poll,
                                              .fd = command_fd};
    command_class(L, COMMAND_TYPE, methods, command_index, metamethods);
    luaL_getmetatable(L, COMMAND_TYPE);
    local_object_add_outside(L, &waited_for);
    lua_pop(L, 1);
    stream_open(L);
    lua_pushcfunction(L, launch_command);
    lua_setfield(L, -2, "command");
}
