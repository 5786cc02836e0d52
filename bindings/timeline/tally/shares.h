/*
 * Shares: the time of a trace, cut into as many cells as the chart is wide, and
 * how much of each cell went into what.
 *
 * A time is of the cell in which it lies, and that of the range's end of the
 * last one.
 */
#ifndef TIMELINE_SHARES_H
#define TIMELINE_SHARES_H

#include <lua.h>

/* shares(trace, holds, from, to, cells) -> at(task, cell), a function that
 * returns the shares in which the task waited, slept, was busy (in an operation
 * and awake) and held a lock, and whether an operation began or ended there.
 * holds: as of holders_of. */
int shares_of(lua_State *L);

/* locks(trace, holds, objects, from, to, cells) -> for each of the objects two
 * arrays, { held =, wanted = }: how much of each cell it was held, and waited
 * for; those of several tasks are added. */
int shares_of_locks(lua_State *L);

#endif
