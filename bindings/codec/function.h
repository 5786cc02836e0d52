/*
 * Function: Lua functions on their way, as bytecode or as the number of code
 * that both sides have, each with its upvalues.
 */
#ifndef TL_FUNCTION_H
#define TL_FUNCTION_H

#include "codec/decode.h"
#include "codec/encode.h"

/* A function, Lua or C, seen for the first time, at an absolute index. */
bool function_encode(struct encoder *encoder, int index,
                     const struct place *place);

/* Pushes the function after its tag. */
void function_decode(struct decoder *decoder, int tag);
void function_decode_coded(struct decoder *decoder, int tag);

#endif
