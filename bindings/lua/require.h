/*
 * Require: how C calls the global `require`, which is whatever the script has
 * made of it.
 */
#ifndef TL_REQUIRE_H
#define TL_REQUIRE_H

#include <lua.h>

/* Pushes `require` and the module's name, for lua_call with one argument. */
void require_push(lua_State *L, const char *module);

#endif
