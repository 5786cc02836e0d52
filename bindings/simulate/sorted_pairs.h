/*
 * Sorted pairs: pairs that visits the keys of a table in a fixed order: numbers
 * by value, strings by their bytes, false, true; then other keys by their
 * addresses.
 *
 * All else is as in the stock one.  A __pairs is called; fields may be assigned
 * to and cleared on the way, and what was cleared is not visited; the iterator
 * also serves as `next` for any table and key.
 *
 * Limits: the traversal sorts the keys at its first step.  It keeps them alive,
 * weak ones too.  Of keys that are new in the midst of it, which the stock
 * pairs may visit or not, it visits none.
 */
#ifndef TL_SORTED_PAIRS_H
#define TL_SORTED_PAIRS_H

#include <lua.h>

void sorted_pairs_open(lua_State *L);

#endif
