/*
 * Far: ipc.open of an address, such as "redis://lab/kitchen": a space on
 * another machine, whose objects tidelock_remote has.
 */
#ifndef TL_BINDINGS_FAR_H
#define TL_BINDINGS_FAR_H

#include <lua.h>

/* Arguments: the address, and perhaps a table of options.  Returns the space.
 */
int far_open_address(lua_State *L);

/* Once, before there is a second task. */
void far_open(void);

#endif
