/*
 * Pack: `require "timeline.pack"`, which makes the columns of a trace small for
 * a page.
 *
 *   pack.spans(spans, work) -> { name = { planes = n, text = base64 }, ... }
 *
 * `work`, a function or nil, is called with the number of spans after each
 * column.
 *
 * `spans` are the columns of a model (timeline/model.lua).  In what is packed
 * the spans stand in the order of their tasks, and of their beginning within a
 * task: a task does the same again and again, so that zlib finds it.
 *
 * Each number is told by what is known before it: a beginning by the end of the
 * span before it in its task, the other times by those of the same span, a
 * message by the one before it of the same object and operation.  A column's
 * numbers are not negative then; their lowest bytes come first, all of them,
 * then the next ones: so many planes as its greatest number has bytes.  This is
 * given to zlib, and to base64.  page/data.js reads it.
 */
#ifndef TIMELINE_PACK_H
#define TIMELINE_PACK_H

#include <lua.h>

int pack_open_library(lua_State *L);

#endif
