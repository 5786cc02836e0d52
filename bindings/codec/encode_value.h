/*
 * Encode value: writes one Lua value after the other into a scratch, of any
 * type, with all that it holds.
 *
 * Nothing here makes a Lua object or runs Lua code, so the tables that it goes
 * through stay as they are.
 */
#ifndef TL_ENCODE_VALUE_H
#define TL_ENCODE_VALUE_H

#include "codec/encode.h"

/* `index` is absolute. */
bool encode_value(struct encoder *encoder, int index,
                  const struct place *place);

#endif
