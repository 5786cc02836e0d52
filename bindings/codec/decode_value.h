/*
 * Decode value: reads one value after the other, of any type, with all that it
 * holds, from bytes that nobody has checked.
 */
#ifndef TL_DECODE_VALUE_H
#define TL_DECODE_VALUE_H

#include "codec/decode.h"

/* The other fields, from L to codes, are set; reads the header, and pushes the
 * table of what is kept, if there is one. */
void decode_value_begin(struct decoder *decoder);

/* Pushes the next value. */
void decode_value(struct decoder *decoder);

#endif
