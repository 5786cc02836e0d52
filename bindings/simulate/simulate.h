/*
 * Simulate: what a Lua state needs in a simulation, where the same seed is to
 * give the same run (public/simulate.h).
 *
 * pairs visits in an order of its own (sorted_pairs.h); math.random, os.tmpname
 * draw by the seed (chance.h); what is done to files is a point
 * (file_points.h); what is not simulated is told (outside.h).
 *
 * Limits: the order of `next` is fixed only as far as addresses and the hash
 * seed are, which the program sees to where the system lets it; so is that of
 * keys that are tables, functions or userdata, for pairs too.
 */
#ifndef TL_BINDINGS_SIMULATE_H
#define TL_BINDINGS_SIMULATE_H

#include <lua.h>

/* For a state in which the libraries and the module are open: simulate_open,
 * and where tl_init has been called simulate_seed. */
void simulate_open(lua_State *L);
void simulate_seed(lua_State *L);

#endif
