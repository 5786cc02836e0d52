/*
 * Records: what a trace's file tells besides its spans (public/trace.h), as
 * tables of the model (timeline/model.lua).
 */
#ifndef TIMELINE_RECORDS_H
#define TIMELINE_RECORDS_H

#include <lua.h>

#include "timeline/read/bytes.h"
#include "timeline/read/spans.h"

struct reading {
    lua_State *L;
    int model; /* its index on the stack */
    struct bytes bytes;
    struct spans *spans;
    uint64_t latest, lost; /* by TRAILER, or by what was read */
    uint64_t told;         /* operations, by the TRAILER */
    bool whole;            /* the TRAILER was read */
};

/* Reads the next record; broken bytes: nothing of it was taken.  Raises where
 * Lua has no memory. */
enum spans_status records_read(struct reading *reading);

/* Sets what is known at the end only. */
void records_finish(struct reading *reading);

#endif
