/*
 * Columns: the spans of a trace as timeline/model.lua has them, without a table
 * of a million numbers each.
 *
 * A column is a userdata that is indexed as an array, `column[1]` to
 * `column[#column]`; nil beyond.  It keeps the spans alive.  Called, it gives
 * many numbers at once: column(from, to, size) returns the numbers at from to
 * to, both within the column, as one string of little-endian signed integers
 * of `size` bytes, 1 to 8; column(from, to, table) writes them into the table,
 * from 1 on, and returns it: a loop over many is faster with that.
 */
#ifndef TIMELINE_COLUMNS_H
#define TIMELINE_COLUMNS_H

#include <lua.h>

#include "timeline/spans.h"

/* Pushes a userdata with no spans, which frees those it will have. */
struct spans *columns_push_spans(lua_State *L);

/* Pushes { count =, task =, operation =, ... } for the spans at `index`. */
void columns_push(lua_State *L, int index);

#endif
