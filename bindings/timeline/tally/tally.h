/*
 * Tally: `require "timeline.tally"`, what goes through all spans of a trace at
 * once: a run of ten million operations is drawn in seconds.
 *
 *   tally.totals             totals.h    tally.holders, held     holders.h
 *   tally.fills, fullest     fills.h     tally.shares, locks     shares.h
 */
#ifndef TIMELINE_TALLY_H
#define TIMELINE_TALLY_H

#include <lua.h>

int tally_open_library(lua_State *L);

#endif
