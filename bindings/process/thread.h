/*
 * Thread: a Lua function on a thread of its own.
 *
 * The thread has a Lua state of its own: the standard libraries, this module,
 * the package.path and package.cpath of who started it, and copies of the
 * registered metatables that can travel.  Its function and arguments come to
 * it as a message does.  The end is the same as a child's: results or error
 * are delivered, an error is told on stderr, and its own children are joined.
 */
#ifndef TL_BINDINGS_THREAD_H
#define TL_BINDINGS_THREAD_H

#include <stdbool.h>

#include <lua.h>

#include "tidelock.h"

/* How the state of a thread gets this module. */
void thread_open(lua_CFunction module);

/* Raises where the job at index, { function, arguments..., n = }, holds what
 * cannot be copied, with the path to it. */
void thread_check(lua_State *L, int job, const char *call);

/* Copies the job and starts a thread that runs it: a status. */
int thread_start(lua_State *L, const struct tl_handle *thread, int job,
                 const char *call);

/* Whether this is such a thread, and not the main thread of a process. */
bool thread_is(void);

/* In a process that this thread has just forked: it is the main thread. */
void thread_forget(lua_State *L);

/* Ends this thread in order, from within its Lua state. */
void thread_exit(int code) __attribute__((noreturn));

#endif
