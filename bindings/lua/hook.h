/*
 * Hook: the debug hook of a Lua state, which may be a signal's or the script's.
 *
 * A signal handler cannot call Lua.  So it sets a hook for calls, returns and
 * every instruction on the main thread; Lua calls that at once, and it takes
 * itself off (as in the stock interpreter for Ctrl-C, and in luaposix).  While
 * a task waits, no instruction runs, so the wait calls the hook itself.  Any
 * other hook is the script's: a profiler, or a measure of coverage.
 */
#ifndef TL_HOOK_H
#define TL_HOOK_H

#include <stdbool.h>

#include <lua.h>

/* Makes what hook_is_expected needs. */
void hook_open(lua_State *L);

/* A signal has come while L waits: calls the hook that its handler has set.
 * True: the hook raised, and hook_raise raises that again. */
bool hook_answer(lua_State *L);

/* Whether a handler has asked for a call that has not come yet; and whether
 * there may be such handlers, since luaposix is loaded. */
bool hook_is_due(lua_State *L);
bool hook_is_expected(lua_State *L);

/* Keeps the error at the top for hook_raise, as hook_answer does. */
void hook_keep_error(lua_State *L);

/* Raises what hook_answer has kept; returns where there is nothing. */
void hook_raise(lua_State *L);

/* In a child: drops the hook of a signal, since that was sent to the parent.
 * The script's hook stays; where L has none, it gets the main thread's. */
void hook_forget(lua_State *L);

/* The hook that the script has set in `from` becomes that of `to`, too. */
void hook_copy(lua_State *from, lua_State *to);

#endif
