/*
 * Suggest: what a name that is not there was perhaps meant to be.
 *
 *     there is no ipc.Queue; did you mean ipc.queue?
 */
#ifndef TL_SUGGEST_H
#define TL_SUGGEST_H

#include <lua.h>

/* The key of the table at index that is most like the name (as many as two
 * letters are other ones, whatever their case), or NULL.  Pushes something. */
const char *suggest_name(lua_State *L, int index, const char *name);

/* Reading a name that the table of the API, at the top, does not have raises.
 */
void suggest_open(lua_State *L);

#endif
