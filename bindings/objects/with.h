/*
 * With: what scripts call to hold something: acquire, with and hold, for
 * whatever kind of object.
 *
 * with runs a function while the object is held, and gives it back whatever
 * happens; hold returns a thing that gives it back.
 */
#ifndef TL_WITH_H
#define TL_WITH_H

#include <lua.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "tidelock.h"

/* How objects of a kind are taken and given back: constant. */
struct holding {
    enum tl_kind_id kind;
    int (*acquire)(const struct tl_handle *handle, tl_deadline deadline);
    int (*release)(const struct tl_handle *handle);
};

/* object:call([timeout]).  Inline: it costs as much as what it does. */
static inline int with_acquire(lua_State *L, const struct holding *holding,
                               const char *call)
{
    struct tl_handle *handle = object_check(L, 1, holding->kind);
    check_method(L, 1, call);
    tl_deadline deadline = check_deadline(L, 2, handle, call);
    return result(L, handle, call, holding->acquire(handle, deadline));
}

/* object:call(function, ...): returns what the function returns or raises its
 * error.  The function may yield. */
int with_call(lua_State *L, const struct holding *holding, const char *call);

/* object:hold([timeout]): a thing whose close (`local h <close> = l:hold()`) or
 * h:release() gives back the object, once; or as acquire. */
int with_hold(lua_State *L, const struct holding *holding);

/* Makes what with_hold needs. */
void with_open(lua_State *L);

#endif
