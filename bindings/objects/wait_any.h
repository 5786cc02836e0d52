/*
 * Any: what ipc.wait can wait for besides the objects of userdata.h.
 */
#ifndef TL_ANY_H
#define TL_ANY_H

#include <lua.h>

#include "lua/local_object.h"
#include "tidelock.h"

/* For calls that take a list of objects and a timeout, at 1 and 2: checks them,
 * and pushes, at 3, a table of the objects, which keeps them, and a userdata
 * with what the runtime waits for, which is returned. */
struct tl_waitable *wait_any_check(lua_State *L, const char *call,
                                   uint32_t *count, tl_deadline *deadline);

/* Returns or raises what a wait came to that found nothing: `wrong` is the
 * position, in that table, of the object that the status is about. */
int wait_any_report(lua_State *L, const char *call,
                    const struct tl_waitable *waitable, lua_Integer wrong,
                    int status);

#endif
