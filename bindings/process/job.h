/*
 * Job: { function, arguments..., n = }, which a new process or thread is to
 * run, from its first moment to what is left of it.
 */
#ifndef TL_JOB_H
#define TL_JOB_H

#include <lua.h>

/* Runs the job at index, tells an error on stderr, and delivers what came of
 * it; the exit code. */
int job_call(lua_State *L, int job);

/* The same for an error at the top instead of a job.  Never raises. */
int job_fail(lua_State *L);

#endif
