/*
 * Command: what the parts of ipc.command have in common.
 *
 * A command is a userdata that owns the runtime's struct.  Its streams are
 * userdata that refer to it and keep it, so closing one twice costs nothing.
 * Neither travels: a command belongs to the process that made it.
 */
#ifndef TL_BINDINGS_COMMAND_H
#define TL_BINDINGS_COMMAND_H

#include <lua.h>

#include "tidelock.h"

#define COMMAND_TYPE "tidelock.command" /* the metatable */

struct command {
    struct tl_command *command; /* NULL: not started, or collected */
};

/* The command at 1, started or not; raises where there is none. */
struct command *command_test(lua_State *L);

/* The started command at 1; raises where there is none. */
struct command *command_check(lua_State *L, const char *call);

/* Pushes `command "sort": join`, for the beginning of an error. */
const char *command_call(lua_State *L, const struct command *command,
                         const char *call);

/* As failure and result of result.h and check_deadline of check.h, with such a
 * beginning. */
int command_failure(lua_State *L, const char *call, int status);
int command_result(lua_State *L, const char *call, int status);
tl_deadline command_deadline(lua_State *L, int index,
                             const struct command *command, const char *call);

#endif
