/*
 * Limits: what a task of a lab may need, in the program that is explored; and
 * which lines are told as its places.
 *
 * All are counted, none is a time: so a verdict is the same under load.
 *   instructions  of Lua, between two steps of any task: else it is a loop that
 *                 makes no call
 *   memory        bytes of Lua's in a task, beyond what there was at the start:
 *                 "not enough memory" is raised
 *   steps         of a schedule, plan.stop: it has no end
 * The places that events have are those of the innermost function that is
 * neither the program's own nor of the lab's file.
 */
#ifndef LIMITS_H
#define LIMITS_H

#include <lua.h>

/* In each schedule, by its main task: the table at 1 has the fields
 * instructions, memory, and lab, the path of lab.lua. */
void limits_begin(lua_State *L);

#endif
