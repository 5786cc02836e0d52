/*
 * Contents: a file as a whole, in memory that Lua frees.
 */
#ifndef TIMELINE_CONTENTS_H
#define TIMELINE_CONTENTS_H

#include <lua.h>

#include "timeline/read/bytes.h"

/* Pushes a userdata that keeps the bytes of the regular file, and sets *bytes
 * to them; on failure pushes nil and why, for the user, and returns false. */
bool contents_push(lua_State *L, const char *path, struct bytes *bytes);

#endif
