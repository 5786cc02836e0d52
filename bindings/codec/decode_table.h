/*
 * Decode table: tables without a metatable, with a registered one, with any
 * one.
 */
#ifndef TL_DECODE_TABLE_H
#define TL_DECODE_TABLE_H

#include "codec/decode.h"

/* Pushes the table after its tag, whichever kind it is. */
void decode_table(struct decoder *decoder, int tag);

/* Pushes the next value, which holds classes (CODEC_CLASSES). */
void decode_table_classes(struct decoder *decoder);

#endif
