/*
 * Thread: a Lua function on a thread of its own.
 *
 * The thread has a Lua state of its own: the standard libraries, this module,
 * the package.path and package.cpath of whoever started it, and copies of the
 * registered metatables that can travel.  Its function and arguments travel as
 * a message does.  Its end is the same as a child's: it delivers results or
 * error, tells an error on stderr, and joins its own children.
 */
#ifndef TL_BINDINGS_THREAD_H
#define TL_BINDINGS_THREAD_H

#include <stdbool.h>

#include <lua.h>

#include "tidelock.h"

/* Sets the function that opens this module in the state of a thread. */
void thread_open(lua_CFunction module);

/* Calls that in the state of each thread, once all is open in it, before its
 * job is there. */
void thread_furnish_with(void (*furnish)(lua_State *L));

/* The module becomes a global of that name in the state of each thread from now
 * on: for a REPL, whose chunks have it. */
void thread_define(const char *global);

/* Raises where the job at index, { function, arguments..., n = }, holds what
 * cannot travel, with the path to that. */
void thread_check(lua_State *L, int job, const char *call);

/* Copies the job and starts a thread that runs it: a status. */
int thread_start(lua_State *L, const struct tl_handle *thread, int job,
                 const char *call);

/* Whether this thread was started by thread_start. */
bool thread_is(void);

/* In a process that this thread has just forked: here it is the main thread. */
void thread_forget(lua_State *L);

/* Ends this thread in order, from within its Lua state. */
void thread_exit(int code) __attribute__((noreturn));

#endif
