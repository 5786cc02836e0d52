/*
 * By name: how a message carries what sender and receiver both have: the
 * globals, the loaded modules, and those fields of modules that cannot travel
 * themselves.
 *
 * The encoder looks for such a name in three places only: in the upvalues of
 * functions, where `local insert = table.insert` is code and not data; as the
 * function of a call; and within a function's own environment or among classes.
 * Any other value is data, and travels or is refused; but a userdata that has
 * __by_name in its metatable is looked for everywhere.
 */
#ifndef TL_BY_NAME_H
#define TL_BY_NAME_H

#include "codec/decode.h"
#include "codec/encode.h"

/* Writes the value at the absolute index as something that the receiver has
 * too, by name.  *done: whether it is such a thing. */
bool by_name_encode(struct encoder *encoder, int index, bool *done);

/* Pushes what the receiver has by name, after its tag. */
void by_name_decode(struct decoder *decoder, int tag);

/* Whether the value at `index` is the table of globals. */
bool by_name_is_globals(lua_State *L, int index);

/* Whether it is a table that holds nothing: in its place functions are asked,
 * for __newindex and __index, which have a variable in common, and of which the
 * second uses the globals.  Such an environment adds to the globals, as test
 * frameworks have it: all that they are can seldom be copied.  Where a table
 * takes what is assigned, or nothing does, it is one of its own. */
bool by_name_adds_to_globals(lua_State *L, int index);

#endif
