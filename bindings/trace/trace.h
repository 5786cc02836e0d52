/*
 * Trace: ipc.trace, and what a recording needs in each Lua state.
 */
#ifndef TL_BINDINGS_TRACE_H
#define TL_BINDINGS_TRACE_H

#include <lua.h>

/* For this thread, each time that the module is asked for. */
void trace_enter(void);

/* Enters the function into the module at the top. */
void trace_open(lua_State *L);

/* The module at the top is whole: where a recording was prepared, its calls
 * tell. */
void trace_furnish(lua_State *L);

#endif
