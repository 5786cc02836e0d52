/*
 * Connection: an end of a tl_channel as a Lua value, and the options that
 * ipc.listen and ipc.connect have in common.
 */
#ifndef TL_CONNECTION_H
#define TL_CONNECTION_H

#include <lua.h>

#include "tidelock.h"

/* Pushes a connection without a channel, which the caller then fills in: the
 * userdata is there first, so that no channel is lost where Lua has no memory
 * left. */
void **connection_new(lua_State *L);

/* The stack indices of the options, once connection_options has returned. */
enum { OPTION_ADDRESS = 1, OPTION_KEY, OPTION_MAX_MESSAGE, OPTION_OTHER };

/* Takes the arguments (address [, options]), or one table with both.  Leaves on
 * the stack the values of `names`, which begin with "address", "key" and
 * "max_message".  Returns the address, and fills in those options. */
const char *connection_options(lua_State *L, const char *call,
                               const char *const *names,
                               struct tl_channel_options *options);

#endif
