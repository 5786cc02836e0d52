/*
 * Require: the global `require`, which is whatever the script has made of it.
 */
#ifndef TL_REQUIRE_H
#define TL_REQUIRE_H

#include <lua.h>

/* Pushes it and the module's name: to be called with one argument. */
void require_push(lua_State *L, const char *module);

#endif
