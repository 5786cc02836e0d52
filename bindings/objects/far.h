/*
 * Far: ipc.open of an address, such as "redis://lab/kitchen": a space on
 * another machine, whose objects tidelock_remote has.
 */
#ifndef TL_BINDINGS_FAR_H
#define TL_BINDINGS_FAR_H

#include <stdbool.h>

#include <lua.h>

/* Whether it begins as an address does: a word and a colon. */
bool far_is_address(const char *text);

/* Arguments: the address, and perhaps a table of options.  Returns the space.
 */
int far_open_address(lua_State *L);

/* Calls tidelock_remote's function of that name with all arguments, and returns
 * what that returns. */
int far_call(lua_State *L, const char *name);

/* Once, before there is a second task. */
void far_open(void);

#endif
