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
#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

#include "tidelock.h"

/* Of this thread: how often its states have collected, where that stands in a
 * site. */
extern _Thread_local uint64_t sites_age;

/* Which words tell where a caller is: of a state, the one that names its
 * innermost call; of a call, the one before it; of that, where in its code it
 * is.  `known` is the last that is set, and all threads find the same. */
struct sites_words {
    _Atomic unsigned call, caller, instruction;
    atomic_bool known;
};
extern __attribute__((visibility("hidden"))) struct sites_words sites_words;

static inline bool sites_known(void)
{
    /* acquire: pairs with the release in look_at_calls */
    return atomic_load_explicit(&sites_words.known, memory_order_acquire);
}

/* relaxed: who knows that they are known has seen them */
static inline uintptr_t sites_follow(const void *from,
                                     const _Atomic unsigned *word)
{
    const uintptr_t *words = from;
    return words[atomic_load_explicit(word, memory_order_relaxed)];
}

/* Where the caller of the function that runs stands (public/recording), where
 * the words are known. */
static inline uint64_t sites_glance(const lua_State *L)
{
    const void *call = (const void *)sites_follow(L, &sites_words.call);
    const void *caller = (const void *)sites_follow(call, &sites_words.caller);
    return sites_follow(caller, &sites_words.instruction) | sites_age;
}

/* The hook that finds a line; `caller` is the state whose call it is. */
void sites_find(struct tl_recording_line *line, void *caller);

/* For this state; twice is harmless. */
void sites_open(lua_State *L);

#endif
