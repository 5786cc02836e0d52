/*
 * Child: what a forked process does from its first moment to its last.
 */
#ifndef TL_CHILD_H
#define TL_CHILD_H

#include <stdbool.h>

#include <lua.h>

/* What each child forgets of its parent, in this order, before its job; ended
 * by NULL.  (What a fork must not find half-way, whoever forks: libc_lock.h.)
 */
void child_open(void (*const *forgets)(lua_State *L));

/* In the child: runs the job at index, { function, arguments..., n = }, and
 * ends the process.  The parent's Lua stack below is never returned to. */
void child_run(lua_State *L, int job) __attribute__((noreturn));

/* Ends this process in order, with what it has printed flushed. */
void child_exit(int code) __attribute__((noreturn));

/* Whether this process was started by child_run. */
bool child_is(void);

#endif
