/*
 * Claims: what a script says of all its runs: ipc.always, ipc.sometimes,
 * ipc.outcome; and ipc.choose, which all runs together answer in every way.
 *
 * They are for `tidelock explore`.  In an ordinary run, always raises where its
 * condition does not hold, choose draws, and the others do nothing.
 */
#ifndef TL_CLAIMS_H
#define TL_CLAIMS_H

#include <lua.h>

/* Adds the functions to the module at the top. */
void claims_open(lua_State *L);

#endif
