/*
 * Any: what ipc.wait can wait for besides the objects of userdata.h.
 */
#ifndef TL_ANY_H
#define TL_ANY_H

#include <lua.h>

#include "tidelock.h"

/* How to look at a state outside of shared memory: constant. */
struct outside {
    int (*look)(void *state, struct pollfd *polled, unsigned *count);
};

/* Userdata with the metatable at the top of the stack can be waited for: their
 * first word is the state, or NULL once they are closed. */
void any_add(lua_State *L, const struct outside *outside);

#endif
