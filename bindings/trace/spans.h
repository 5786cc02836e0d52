/*
 * Spans: has each call of the API say when it returns, and at which line it
 * stands, where a recording goes on (tl_recording_call).
 */
#ifndef TL_SPANS_H
#define TL_SPANS_H

#include <lua.h>

/* For this thread: lines are known from now on. */
void spans_enter(void);

/* For the state in which the module at the top was made; twice is harmless. */
void spans_open(lua_State *L);

#endif
