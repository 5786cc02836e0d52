/*
 * Command: what the parts of ipc.command share.
 *
 * A command is a userdata that owns the runtime's struct; its streams are
 * userdata that refer to it and keep it, so they cost nothing to close twice.
 * Neither travels: a command belongs to the process that made it.
 */
#ifndef TL_BINDINGS_COMMAND_H
#define TL_BINDINGS_COMMAND_H

#include <lua.h>

#include "support.h"
#include "tidelock.h"

struct command {
    struct tl_command *command; /* NULL: not started, or collected */
};

struct stream {
    struct command *owner; /* kept by the user value */
    enum tl_command_stream which;
};

extern const char *const command_stream_names[TL_COMMAND_STREAMS];

/* ---- command.c ---- */

/* Pushes a command that is not started yet, with streams where `piped` says so
 * and NULL elsewhere. */
struct command *command_push(lua_State *L,
                             const bool piped[TL_COMMAND_STREAMS]);

/* The started command at 1; raises where there is none. */
struct command *command_check(lua_State *L, const char *call);

/* `command "sort": join` for the start of a message; stays on the stack. */
const char *command_call(lua_State *L, const struct command *command,
                         const char *call);

/* As result, failure and check_deadline of support.h, with such a start. */
int command_failure(lua_State *L, const char *call, int status);
int command_result(lua_State *L, const char *call, int status);

/* ---- launch.c ---- */

/* ipc.command */
int command_new(lua_State *L);

/* ---- stream.c ---- */

/* Pushes a stream of the command at the stack index. */
void stream_push(lua_State *L, int command, enum tl_command_stream which);

/* The stream at index, or NULL. */
struct stream *stream_test(lua_State *L, int index);

void open_stream(lua_State *L);

/* ---- command_class.c ---- */

/* Makes the metatable "tidelock.X" of what scripts know as X.  The upvalue of
 * `index` is the table of methods. */
void command_class(lua_State *L, const char *name, const luaL_Reg *methods,
                   lua_CFunction index, const luaL_Reg *metamethods);

/* Raises for the name at 2, which is not among the methods and fields (such as
 * ", pid, name"), or cannot be set. */
int command_no_field(lua_State *L, const char *title, const luaL_Reg *methods,
                     const char *fields);
int command_no_setting(lua_State *L, const char *title);

#endif
