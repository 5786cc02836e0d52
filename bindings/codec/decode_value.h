/*
 * Decode value: one value after the other from bytes that nobody has checked,
 * whatever it is, with all that it holds.
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
