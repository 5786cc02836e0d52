/*
 * Encode: the pieces of which encoded values are made, written into a scratch
 * as format.h lays them out.  False everywhere: the value is refused, and
 * encoder->refusal tells why.
 */
#ifndef TL_ENCODE_H
#define TL_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <lua.h>

#include "codec/options.h"
#include "codec/refusal.h"
#include "codec/scratch.h"

struct encoder {
    lua_State *L;
    /* Writes any value, at an absolute index: encode_value. */
    bool (*value)(struct encoder *encoder, int index,
                  const struct place *place);
    struct scratch *scratch;
    unsigned allow;
    struct codec_codes *codes; /* or NULL */
    uint32_t numbered;         /* values with a number so far */
    int depth;
    bool classes; /* tables travel with their metatables: see CODEC_CLASSES */
    bool environment; /* within a function's own environment */
    struct refusal refusal;
};

bool encode_bytes(struct encoder *encoder, const char *bytes, size_t size);
/* Inline, since most messages are a header and one tag. */
static inline bool encode_tag(struct encoder *encoder, int tag)
{
    unsigned char *at = scratch_room(encoder->scratch, 1);
    if (!at)
        return refusal_memory(&encoder->refusal);
    *at = (unsigned char)tag;
    encoder->scratch->size++;
    return true;
}
bool encode_tag_number(struct encoder *encoder, int tag, uint64_t number);

/* Writes a reference back to what was seen, whose own tag says TAG_KEPT from
 * now on. */
bool encode_back(struct encoder *encoder, const struct seen *seen, int tag);

/* Gives the value whose tag comes next the next number. */
bool encode_number(struct encoder *encoder, uint64_t identity);

/* One level deeper, with room on the stack; encoder->depth-- leaves it. */
bool encode_enter(struct encoder *encoder, int index,
                  const struct place *place);

static inline bool encode_refuse(struct encoder *encoder, int index,
                                 const struct place *place,
                                 enum refusal_reason reason)
{
    return refusal_note(&encoder->refusal, encoder->L, index, place, reason);
}

#endif
