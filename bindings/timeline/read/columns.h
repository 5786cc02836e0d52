/*
 * Columns: numbers of a trace as Lua reads them, without a table of a million
 * numbers each.
 *
 * A column is a userdata that is indexed as an array, `column[1]` to
 * `column[#column]`; nil beyond.  It keeps alive what its numbers are of.
 * Called, it gives many numbers at once: column(from, to, size) returns the
 * numbers at from to to, both within the column, as one string of little-endian
 * signed integers of `size` bytes, 1 to 8; column(from, to, table) writes them
 * into the table, from 1 on, and returns it: a loop over many is faster with
 * that.
 */
#ifndef TIMELINE_COLUMNS_H
#define TIMELINE_COLUMNS_H

#include <lua.h>

#include "timeline/read/spans.h"

/* The number at `index`, from 0, of what the column is of. */
typedef int64_t column_get(const void *owner, size_t index);

/* Pushes a column of `count` numbers of `owner`, which the value at `index`
 * keeps. */
void column_push(lua_State *L, int index, const void *owner, size_t count,
                 column_get *get);

/* What the column at `index` is of, if its numbers come by `get`; raises where
 * that is no such column. */
const void *column_owner(lua_State *L, int index, column_get *get);

/* Pushes a userdata with no spans, which frees those it will have. */
struct spans *columns_push_spans(lua_State *L);

/* Pushes { count =, task =, operation =, ... } for the spans at `index`. */
void columns_push(lua_State *L, int index);

/* The spans of the model at `index`, which are pushed, or what keeps them:
 * those of its columns, or, where those are tables, the same made of them.
 * Raises where a table has what no reader would have let in. */
const struct spans *columns_spans(lua_State *L, int index);

#endif
