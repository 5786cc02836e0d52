/*
 * Sites: at which line of the script a call of the API stands, found cheaply.
 *
 * Lua tells the line of a call (lua_getinfo), and that costs more than all else
 * that is recorded of it.  So calls are told apart first by where the caller is
 * in its code (trace/callers), and Lua is asked once for each.  Where that is
 * not known, Lua is asked each time.
 *
 * Code that is collected may leave its place to other code.  Nothing is taken
 * for known over a collection.
 */
#ifndef TL_SITES_H
#define TL_SITES_H

#include <stdint.h>

#include <lua.h>

#include "tidelock.h"
#include "trace/callers.h"

/* Of this thread: how often its states have collected, where that stands in a
 * site. */
extern _Thread_local uint64_t sites_age;

/* Where the caller of the function that runs stands (public/recording); 0: it
 * is not known. */
static inline uint64_t sites_glance(const lua_State *L)
{
    uintptr_t place;
    return __builtin_expect(callers_place(L, &place), 1) ? place | sites_age
                                                         : 0;
}

/* The hook that finds a line; `caller` is the state whose call it is. */
void sites_find(struct tl_recording_line *line, void *caller);

/* For this state; twice is harmless. */
void sites_open(lua_State *L);

#endif
