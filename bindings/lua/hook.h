/*
 * Hook: the hooks of a Lua state, of which there are two kinds.
 *
 * A signal handler cannot call Lua: it asks for a call by a hook on the main
 * thread at its next instruction, of all events and count 1, which takes itself
 * off (the stock interpreter's Ctrl-C, luaposix's signals).  Any other is the
 * script's: a profiler's or what measures coverage.
 */
#ifndef TL_HOOK_H
#define TL_HOOK_H

#include <stdbool.h>

#include <lua.h>

/* A signal has come while L waits: calls what a handler asked for.  True: it
 * raised, and hook_raise has what. */
bool hook_answer(lua_State *L);

/* Raises what hook_answer has kept; returns where there is nothing. */
void hook_raise(lua_State *L);

/* In a child: what a signal to the parent asked for is the parent's; the
 * script's hook stays, and becomes that of L where L has none. */
void hook_forget(lua_State *L);

/* The hook that the script has set in `from` becomes that of `to`, too. */
void hook_copy(lua_State *from, lua_State *to);

#endif
