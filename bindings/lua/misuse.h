/*
 * Misuse: an error at the caller's line that names the object and the call, and
 * says what to do instead.
 */
#ifndef TL_MISUSE_H
#define TL_MISUSE_H

#include <lua.h>

#include "tidelock.h"

/* Raises `lock#3 "till": acquire: ...` at the caller's line. */
int misuse(lua_State *L, const struct tl_handle *handle, const char *call,
           const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Raises the message at the top at the script's line. */
int misuse_raise(lua_State *L);

/* Raises the error at the top as the stock function `name` would.  We have
 * called that function from C, so its error says '?' for the name and has no
 * line. */
int misuse_of_stock(lua_State *L, const char *name);

/* Raises that the argument at index is no such object; for methods. */
int misuse_wrong_object(lua_State *L, int index, const char *expected);

#endif
