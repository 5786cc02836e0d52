#include "commands/command.h"

#include <lauxlib.h>

#include "lua/support.h"

struct command *command_test(lua_State *L)
{
    struct command *command = luaL_testudata(L, 1, COMMAND_TYPE);
    if (!command)
        misuse_wrong_object(L, 1, "command");
    return command;
}

struct command *command_check(lua_State *L, const char *call)
{
    struct command *command = command_test(L);
    if (!command->command)
        misuse(L, NULL, "command", "%s: it was collected", call);
    return command;
}

const char *command_call(lua_State *L, const struct command *command,
                         const char *call)
{
    char title[TL_TEXT_SIZE];
    tl_command_title(command->command, title, sizeof title);
    return lua_pushfstring(L, "%s: %s", title, call);
}

int command_failure(lua_State *L, const char *call, int status)
{
    if (status == TL_NOT_PARENT)
        return misuse(L, NULL, call,
                      "a command belongs to the process that "
                      "made it; make one here");
    return result_failure(L, NULL, call, status);
}

int command_result(lua_State *L, const char *call, int status)
{
    if (status == TL_NOT_PARENT)
        return command_failure(L, call, status);
    return result(L, NULL, call, status);
}

tl_deadline command_deadline(lua_State *L, int index,
                             const struct command *command, const char *call)
{
    if (!lua_isnoneornil(L, index))
        call = command_call(L, command, call);
    return check_deadline(L, index, NULL, call);
}
