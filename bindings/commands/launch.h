/*
 * Launch: ipc.command, from a table of options to a started program.
 */
#ifndef TL_LAUNCH_H
#define TL_LAUNCH_H

#include <lua.h>

/* ipc.command */
int launch_command(lua_State *L);

#endif
