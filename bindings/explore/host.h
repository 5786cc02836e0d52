/*
 * Host: `require "explore.host"`, by which the explorer's Lua runs schedules.
 *
 *   host.open{ script=, arguments=, jobs=, seed=, program= } -> host
 *   host:start(worker, plan [, { terminal = true }])
 *   host:wait([seconds]) -> worker | nil, "interrupted"
 *   host:account(worker), host:tasks(worker), host:objects(worker)
 *   host:events(worker), host:told(worker), host:output(worker)
 *   host:close()
 *   host.real_time(), host.columns(), host.is_terminal(fd), host.cpus()
 *
 * Its errors are for the user.  Ctrl-C ends a wait; a second one ends the
 * program.
 */
#ifndef EXPLORE_HOST_H
#define EXPLORE_HOST_H

#include <lua.h>

#include "explore/worker.h"

struct host {
    int jobs, findings, input;
    struct worker *workers;
    bool closed;
};

int host_open_library(lua_State *L);

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
