/*
 * Function: how a Lua function travels: as bytecode, or as a number for code
 * that both sides have, and then its upvalues.
 */
#ifndef TL_FUNCTION_H
#define TL_FUNCTION_H

#include "codec/decode.h"
#include "codec/encode.h"

/* Writes the function at an absolute index, seen for the first time; refuses a
 * C function. */
bool function_encode(struct encoder *encoder, int index,
                     const struct place *place);

/* Pushes the function after its tag. */
void function_decode(struct decoder *decoder, int tag);
void function_decode_coded(struct decoder *decoder, int tag);

#endif
