/*
 * Encode table: writes a table, its list first and then the other pairs, with
 * the name of its class, or its metatable, where it has one.
 */
#ifndef TL_ENCODE_TABLE_H
#define TL_ENCODE_TABLE_H

#include "codec/encode.h"

/* `index` is absolute. */
bool encode_table(struct encoder *encoder, int index,
                  const struct place *place);

#endif
