/*
 * Wait any: the list of objects that ipc.wait and ipc.receive wait for: those
 * of userdata.h, and local objects whose class says how to look at them.
 */
#ifndef TL_WAIT_ANY_H
#define TL_WAIT_ANY_H

#include <lua.h>

#include "lua/local_object.h"
#include "tidelock.h"

/* Whether an item of the list at 1 is a far object: then the call is
 * tidelock_remote's, which asks this machine's for the near ones. */
bool wait_any_has_far(lua_State *L);

/* ipc.wait and ipc.receive of objects of this machine alone. */
int wait_any_near(lua_State *L);
int receive_near(lua_State *L);

/* Checks the arguments of a call, a list of objects at 1 and a timeout at 2.
 * Pushes, at 3, a table with the objects, which keeps them; and then a userdata
 * with what the runtime waits for, which is returned. */
struct tl_waitable *wait_any_check(lua_State *L, const char *call,
                                   uint32_t *count, tl_deadline *deadline);

/* Returns or raises what a wait came to that found nothing: `wrong` is the
 * position, in that table, of the object that the status is about. */
int wait_any_report(lua_State *L, const char *call,
                    const struct tl_waitable *waitable, lua_Integer wrong,
                    int status);

#endif
