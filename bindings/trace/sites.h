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

#include <stdatomic.h>
#include <stdint.h>

#include <lua.h>

#include "tidelock.h"

/* Of this thread: how often its states have collected. */
extern _Thread_local uint16_t sites_collections;

/* Which words tell where a caller is, a byte each, or 0: not known.  Of a state,
 * its innermost call; of a call, the one before it; of that, where in its code
 * it is.  relaxed: all threads find the same. */
extern _Atomic unsigned sites_words;
static inline unsigned sites_known(void)
{
    return atomic_load_explicit(&sites_words, memory_order_relaxed);
}

static inline const uintptr_t *sites_follow(const void *from, unsigned word)
{
    return (const void *)((const uintptr_t *)from)[word & 0xff];
}

/* Where the caller of the function that runs stands (public/recording). */
static inline uint64_t sites_glance(const lua_State *L)
{
    unsigned words = sites_known();
    if (!words)
        return 0;
    const uintptr_t *call = sites_follow(L, words);
    const uintptr_t *caller = sites_follow(call, words >> 8);
    return (uint64_t)caller[words >> 16] << TL_RECORDING_AGE_BITS |
           sites_collections;
}

/* The hook that finds a line; `caller` is the state whose call it is. */
void sites_find(struct tl_recording_line *line, void *caller);

/* For this state; twice is harmless. */
void sites_open(lua_State *L);

#endif
