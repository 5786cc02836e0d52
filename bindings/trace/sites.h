/*
 * Sites: at which line of the script a call of the API stands, found cheaply.
 *
 * Lua tells the line of a call (lua_getinfo), and that costs more than all else
 * that is recorded of it.  So calls are told apart first by where the caller is
 * in its code, and Lua is asked once for each.  How Lua keeps that it does not
 * say: it is found out by a look at calls of known places, and where they do
 * not show it, Lua is asked each time.
 *
 * Code that is collected may leave its place to other code.  Nothing is taken
 * for known over a collection.
 */
#ifndef TL_SITES_H
#define TL_SITES_H

#include <lua.h>

#include "tidelock.h"

/* Where the caller stands (public/recording). */
struct tl_recording_site sites_glance(lua_State *L);

/* The hook that finds a line; `caller` is the state whose call it is. */
void sites_find(struct tl_recording_line *line, void *caller);

/* For this state; twice is harmless. */
void sites_open(lua_State *L);

#endif
