/*
 * Callers: where in its code the caller of a function of C is.
 *
 * Lua knows that and does not say it, but for the line, which takes long to
 * find.  It keeps a block of words for each call.  Which of them is which is
 * found out by a look at calls of known places; where these do not show it,
 * nothing is known.
 *
 * The block of a call that is over is used again, and one of a function of C
 * still has what a function of Lua has left there: so it is found out, too,
 * which bit tells the two apart.
 */
#ifndef TL_CALLERS_H
#define TL_CALLERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <lua.h>

/* Of a state, the word that names its innermost call; of a call, the one that
 * names the call before; of that, where in its code it is, and the word whose
 * bits in `mask` are those of `lua` in a function of Lua.  `known` is the last
 * that is set, and all threads find the same. */
struct callers_words {
    _Atomic unsigned call, caller, instruction, kind;
    _Atomic uintptr_t mask, lua;
    atomic_bool known;
};
extern __attribute__((visibility("hidden"))) struct callers_words callers_words;

static inline bool callers_known(void)
{
    /* acquire: pairs with the release in callers_look */
    return atomic_load_explicit(&callers_words.known, memory_order_acquire);
}

/* relaxed, here and below: who knows that they are known has seen them */
static inline uintptr_t callers_follow(const void *from,
                                       const _Atomic unsigned *word)
{
    const uintptr_t *words = from;
    return words[atomic_load_explicit(word, memory_order_relaxed)];
}

/* Of the function of C that runs, where the words are known; false: its caller
 * is another one. */
static inline bool callers_place(const lua_State *L, uintptr_t *place)
{
    const struct callers_words *words = &callers_words;
    const void *call = (const void *)callers_follow(L, &words->call);
    const void *caller = (const void *)callers_follow(call, &words->caller);
    uintptr_t kind = callers_follow(caller, &words->kind) ^
                     atomic_load_explicit(&words->lua, memory_order_relaxed);
    *place = callers_follow(caller, &words->instruction);
    return !(kind & atomic_load_explicit(&words->mask, memory_order_relaxed));
}

/* Finds the words, by calls of this state; twice is harmless. */
void callers_look(lua_State *L);

#endif
