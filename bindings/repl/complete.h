/*
 * Complete: tab completion for readline: bindings/repl/complete.lua says what.
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <lua.h>

/* Makes readline complete by what this state holds. */
void complete_open(lua_State *L);

#endif
