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

/* Which of the words that Lua keeps of a call says where the caller is; 0: not
 * known.  relaxed: all threads find the same. */
extern _Atomic unsigned sites_instruction_word;
static inline unsigned sites_word(void)
{
    return atomic_load_explicit(&sites_instruction_word, memory_order_relaxed);
}

/* Where the caller stands (public/recording). */
static inline uint64_t sites_glance(lua_State *L)
{
    lua_Debug call;
    unsigned word = sites_word();
    if (!word || !lua_getstack(L, 1, &call))
        return 0;
    const uintptr_t *words = (const void *)call.i_ci;
    return (uint64_t)words[word] << TL_RECORDING_AGE_BITS | sites_collections;
}

/* The hook that finds a line; `caller` is the state whose call it is. */
void sites_find(struct tl_recording_line *line, void *caller);

/* For this state; twice is harmless. */
void sites_open(lua_State *L);

#endif
