/*
 * Reader: `require "timeline.reader"`, from a file to a model.
 *
 *   reader.read(path, tell) -> model | nil, why
 *   reader.newest([directory]) -> path of its newest trace | nil
 *   reader.is_there(path) -> whether there is a file that begins as a trace
 *
 * The model is as timeline/model.lua has it; its columns are userdata
 * (columns.h).  Of a file that is cut off or damaged it holds what stands
 * before that, and
 *
 *   model.cut = { at = bytes that were understood, size = of the file,
 *                 damaged = whether what follows is wrong, and not missing }
 *
 * `tell`, a function or nil, is called with the share that is read, now and
 * then.
 *
 * What is no trace at all, of a later version, or cannot be read is an error
 * for the user.  Whatever the bytes are: no reading outside of them, and no
 * memory by a number that they hold.
 */
#ifndef TIMELINE_READER_H
#define TIMELINE_READER_H

#include <lua.h>

int reader_open_library(lua_State *L);

#endif
