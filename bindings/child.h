/*
 * Child: what a forked process does from its first moment to its last; and
 * what threads do like it.
 */
#ifndef TL_CHILD_H
#define TL_CHILD_H

#include <stdbool.h>

#include <lua.h>

/* In the child: runs the job at index, { function, arguments..., n = }, and
 * ends the process.  The parent's Lua stack below is never returned to. */
void child_run(lua_State *L, int job) __attribute__((noreturn));

/* What a child does with its job, and a thread with its own: runs it, tells an
 * error on stderr, and delivers what came of it; the exit code. */
int child_call(lua_State *L, int job);

/* The same for an error at the top instead of a job.  Never raises. */
int child_fail(lua_State *L);

/* Ends this process in order, with what it has printed flushed. */
void child_exit(int code) __attribute__((noreturn));

/* Whether this process was started by child_run. */
bool child_is(void);

#endif
