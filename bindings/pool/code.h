/*
 * Code: which functions the workers of a pool can have by a number, so that
 * each one's bytecode is sent once and not with every job.
 */
#ifndef TL_POOL_CODE_H
#define TL_POOL_CODE_H

#include <lua.h>

#include "codec/codec.h"

/* As codec_codes.enter: adds the code to the board where it is new. */
int64_t pool_enter_code(struct codec_codes *codes, const void *code,
                        size_t size);

#endif
