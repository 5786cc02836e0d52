/*
 * Totals: what timeline/study.lua tells of the spans, without those sums that
 * need no span.
 */
#ifndef TIMELINE_TOTALS_H
#define TIMELINE_TOTALS_H

#include <lua.h>

/* totals(trace, tasks, from, to, most) -> tasks, objects, longest, hand_overs
 */
int totals_of(lua_State *L);

#endif
