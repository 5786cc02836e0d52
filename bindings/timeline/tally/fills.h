/*
 * Fills: how many messages stood in each queue or pipe, and when, as
 * timeline/depth.lua tells.
 */
#ifndef TIMELINE_FILLS_H
#define TIMELINE_FILLS_H

#include <lua.h>

/* fills(trace, does) -> { [object] = { times =, counts =, most = } }; times and
 * counts are columns (timeline/read/columns.h); does(object, operation): as
 * meaning.reader makes it. */
int fills_of(lua_State *L);

/* fullest(curve, from, to, cells) -> the most messages in each of so many
 * pieces of that time. */
int fills_fullest(lua_State *L);

#endif
