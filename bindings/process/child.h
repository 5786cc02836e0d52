/*
 * Child: the life of a forked process, from its first moment to its last.
 */
#ifndef TL_CHILD_H
#define TL_CHILD_H

#include <stdbool.h>

#include <lua.h>

/* What each child forgets of its parent before it runs its job, in this order;
 * ended by NULL.  (For what a fork must not find half-way, whoever forks:
 * libc_lock.h.) */
void child_open(void (*const *forgets)(lua_State *L));

/* In the child: runs the job at index, { function, arguments..., n = }, and
 * ends the process.  It never returns to the parent's Lua calls below. */
void child_run(lua_State *L, int job) __attribute__((noreturn));

/* Ends this process in order: flushes what it has printed, and joins its own
 * children. */
void child_exit(int code) __attribute__((noreturn));

/* Whether child_run runs in this process. */
bool child_is(void);

#endif
