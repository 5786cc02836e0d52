/*
 * Stream: the ends of the pipes to a command: c.stdin, c.stdout and c.stderr of
 * ipc.command.
 */
#ifndef TL_BINDINGS_STREAM_H
#define TL_BINDINGS_STREAM_H

#include <lua.h>

#include "commands/command.h"

struct stream {
    struct command *owner; /* kept by the user value */
    enum tl_command_stream which;
};

extern const char *const stream_names[TL_COMMAND_STREAMS];

/* Pushes a stream of the command at the stack index. */
void stream_push(lua_State *L, int command, enum tl_command_stream which);

/* The stream at index, or NULL. */
struct stream *stream_test(lua_State *L, int index);

/* Makes the class, once in a Lua state. */
void stream_open(lua_State *L);

#endif
