/*
 * Code: which functions the workers of a pool have.
 */
#ifndef TL_POOL_CODE_H
#define TL_POOL_CODE_H

#include <lua.h>

#include "codec/codec.h"

/* As codec_codes.enter. */
int64_t pool_enter_code(struct codec_codes *codes, const void *code,
                        size_t size);

#endif
