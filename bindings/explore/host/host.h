/*
 * Host: `require "explore.host"`, by which the explorer's Lua runs schedules.
 *
 *   host.open{ script=, arguments=, jobs=, seed=, program=, patience= } -> host
 *   host:start(worker, plan [, { terminal = true }])
 *   host:wait([seconds]) -> worker | nil, "interrupted"
 *   host:account(worker), host:tasks(worker), host:objects(worker)
 *   host:events(worker), host:told(worker), host:output(worker)
 *   host:close()
 *   host:start(worker, plan, { talks = true }) stops where plan.stop says; then
 *   host:wait returns the worker, and host:stands(worker) -> step, path
 *   host:ask(worker, request, text) -> answer | nil, "ended" or "interrupted"
 *   host:go(worker, stop)           and host:wait again
 *   host:drop(worker)               ends the schedule, and waits for that
 *   host.cpus() -> how many this program may use
 *   host.line() -> a line of the standard input | nil [, "interrupted"]
 *
 * Its errors are for the user.  Ctrl-C ends a wait; a second one ends the
 * program.
 */
#ifndef EXPLORE_HOST_H
#define EXPLORE_HOST_H

#include <lua.h>

#include "explore/host/jobs.h"

#define HOST_CLASS "tidelock.host"

int host_open_library(lua_State *L);

/* host.open, and the end of a host. */
int host_open(lua_State *L);
void host_close(struct host *host);

/* The host at 1, and its worker whose number is at 2; raise. */
struct host *host_check(lua_State *L);
struct worker *host_check_worker(lua_State *L, const struct host *host);

/* host:ask, host:go, host:drop and host:stands (explore/host/talk). */
int host_ask(lua_State *L);
int host_go(lua_State *L);
int host_drop(lua_State *L);
int host_stands(lua_State *L);

/* host.line. */
int host_line(lua_State *L);

/* The worker has ended: raises why, or what it has said. */
int host_raise_lost(lua_State *L, struct host *host, struct worker *worker);

/* Of those that this program may use. */
int host_cpu_count(void);

/* Raises that text, as of lua_pushfstring, for the user: without a place. */
int host_refuse(lua_State *L, const char *format, ...);

/* What the plan at index says, into the worker's memory; raises. */
void host_plan_read(lua_State *L, int index, struct tl_plan *plan);

/* Each pushes a table: what came of the worker's last schedule. */
int host_push_run(lua_State *L, const struct worker_shared *memory);
int host_push_tasks(lua_State *L, const struct worker_shared *memory);
int host_push_objects(lua_State *L, const struct worker_shared *memory);
int host_push_events(lua_State *L, const struct worker_shared *memory);
int host_push_told(lua_State *L, const struct worker_shared *memory);

/* Pushes the path of the account's task of that index. */
void host_push_path(lua_State *L, const struct tl_account *account,
                    uint32_t index);

#endif
