/*
 * Runner: a Lua function that runs in a process of its own, with limits, and
 * in a jail (jail.h).  `require "labs.runner"`.
 *
 * start(fn, options)   a job; nil and why.  fn() returns a string.
 *                      options: jail ("whole", which is meant without it;
 *                      "user", "none"), folders (a list of whole paths that it
 *                      may read), wall (seconds), cpu, memory (bytes),
 *                      processes, number (of those that run at a time, from
 *                      0), open (true: no jail, and no limit but the wall)
 * job:poll()           nothing while it runs; then the string, "exit" and its
 *                      status, 0 where all went well, also of the jail; or nil, "time" where the
 *                      wall's time was over, or "signal" and its number
 * job:kill()
 */
#ifndef RUNNER_H
#define RUNNER_H

#include <lua.h>

int runner_open_library(lua_State *L);

#endif
