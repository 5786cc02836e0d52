/*
 * Job: { function, arguments..., n = }, which a new process or thread runs:
 * calls the function, and delivers the outcome.
 */
#ifndef TL_JOB_H
#define TL_JOB_H

#include <lua.h>

/* Runs the job at index, delivers its outcome, and tells an error on stderr;
 * returns the exit code. */
int job_call(lua_State *L, int job);

/* The same for a job that could not begin, whose error is at the top.  Never
 * raises. */
int job_fail(lua_State *L);

#endif
