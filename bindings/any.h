/*
 * Any: what ipc.wait can wait for besides the objects of userdata.h.
 */
#ifndef TL_ANY_H
#define TL_ANY_H

#include <lua.h>

#include "tidelock.h"

/* How to look at a state outside of shared memory: constant.  `take` receives
 * one message without waiting, pushes it and returns TL_OK; TL_TIMEOUT: there
 * is none; other statuses: none will ever come.  NULL: there are no messages.
 */
struct outside {
    int (*look)(void *state, struct pollfd *polled, unsigned *count);
    int (*take)(lua_State *L, void **state);
    int (*fd)(void *state); /* for other event loops: see ipc.fd */
};

/* Userdata with the metatable at the top of the stack can be waited for: their
 * first word is the state, or NULL once they are closed. */
void any_add(lua_State *L, const struct outside *outside);

/* For calls that take a list of objects and a timeout, at 1 and 2: checks them,
 * and pushes, at 3, a table of the objects, which keeps them, and a userdata
 * with what the runtime waits for, which is returned. */
struct tl_waitable *any_check(lua_State *L, const char *call, uint32_t *count,
                              tl_deadline *deadline);

/* Returns or raises what a wait came to that found nothing: `wrong` is the
 * position, in that table, of the object that the status is about. */
int any_report(lua_State *L, const char *call,
               const struct tl_waitable *waitable, lua_Integer wrong,
               int status);

/* The `take` of the value at index, or NULL. */
const struct outside *any_outside(lua_State *L, int index);

#endif
