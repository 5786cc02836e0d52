/*
 * Schedule: a run of the script in a program that is explored
 * (explore/host/zygote.h).
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>

#include <lua.h>

/* What follows is done once in each schedule, by a child that gets past this.
 * Nothing where the program is not explored, or at a second call. */
void schedule_begin(lua_State *L);

/* The end of the schedule's main task.  The state is not closed, which would
 * cost more than it gives.  Returns where the program is not explored. */
void schedule_end(lua_State *L, bool well);

#endif
