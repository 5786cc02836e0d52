/*
 * Decode: the pieces of which encoded values are made, read from bytes that
 * nobody has checked.
 *
 * No C memory is owned while Lua is called, so every error may simply be
 * raised.  `owed` keeps hostile counts from allocating.  It counts the values
 * that the tables being filled have still to come; each takes a byte at least.
 * So a new table may claim only as many values as there are bytes left beyond
 * those.
 */
#ifndef TL_DECODE_H
#define TL_DECODE_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <lua.h>

#include "codec/format.h"
#include "codec/options.h"
#include "tidelock.h"

struct decoder {
    lua_State *L;
    void (*value)(struct decoder *decoder); /* pushes any: decode_value */
    const unsigned char *at;
    const unsigned char *end;
    const tl_ref *refs;
    size_t ref_count;
    unsigned allow;
    struct codec_codes *codes; /* or NULL */
    size_t owed;
    uint32_t numbered; /* values with a number so far */
    int kept;          /* stack index of the table from number to value, or 0 */
    int depth;
    struct codec_hold *hold; /* or NULL: nobody takes the bytes away */
    int copied;              /* stack index of what was copied, or 0 */
    int dressed; /* among classes: stack index of a list of tables, each
                    followed by its metatable; else 0 */
};

_Noreturn void decode_corrupt(struct decoder *decoder);

/* To be called before any Lua code runs, since that may receive, send and close
 * what it likes: from here on the bytes and references are the decoder's own.
 */
void decode_let_go(struct decoder *decoder);

/* Pushes the next value, which must be a string. */
void decode_string(struct decoder *decoder);

uint64_t decode_varint(struct decoder *decoder);

/* Pushes the kept value whose number comes next. */
void decode_back(struct decoder *decoder);

/* Gives the value on top of the stack, which came with this tag, its number. */
void decode_keep(struct decoder *decoder, int tag, uint32_t number);

/* One level deeper, with room on the stack; decoder->depth-- leaves it. */
void decode_enter(struct decoder *decoder);

/* The next `size` bytes. */
static inline const unsigned char *decode_take(struct decoder *decoder,
                                               size_t size)
{
    const unsigned char *bytes = decoder->at;
    if ((size_t)(decoder->end - bytes) < size)
        decode_corrupt(decoder);
    decoder->at = bytes + size;
    return bytes;
}

static inline int decode_byte(struct decoder *decoder)
{
    return *decode_take(decoder, 1);
}

static inline uint32_t decode_u32(struct decoder *decoder)
{
    uint32_t bits;
    memcpy(&bits, decode_take(decoder, sizeof bits), sizeof bits);
    return le32toh(bits);
}

#endif
