/*
 * With: the ways in which scripts hold an object of any kind: acquire, with and
 * hold.
 *
 * `with` runs a function while the object is held, and gives the object back
 * whatever happens; `hold` returns a thing that gives it back.
 */
#ifndef TL_WITH_H
#define TL_WITH_H

#include <lua.h>

#include "lua/support.h"
#include "lua/userdata.h"
#include "tidelock.h"

/* How objects of a kind are acquired and released: constant. */
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

/* object:hold([timeout]): returns what gives the object back, once, by its
 * close (`local h <close> = l:hold()`) or by h:release(); or nil and a reason,
 * as acquire does. */
int with_hold(lua_State *L, const struct holding *holding);

/* Makes the metatable of what with_hold returns. */
void with_open(lua_State *L);

#endif
