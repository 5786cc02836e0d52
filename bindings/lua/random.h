/*
 * Random: math.random of a thread.
 *
 * Lua 5.3 draws from the C library's one sequence for the whole process, whose
 * lock a fork may copy while another thread has it: the child would wait for
 * it for ever.  So a thread has a sequence of its own, as every state of Lua
 * 5.4 has.
 */
#ifndef TL_RANDOM_H
#define TL_RANDOM_H

#include <lua.h>

/* Replaces math.random and math.randomseed where the state has no sequence of
 * its own (Lua 5.3); arguments and results stay the same. */
void random_open(lua_State *L);

/* Gives math.random a seed of this task's own, on a fresh Lua thread. */
void random_reseed(lua_State *L);

#endif
