#include "codec/encode.h"

#include "codec/format.h"

bool encode_tag_number(struct encoder *encoder, int tag, uint64_t number)
{
    unsigned char *start = scratch_room(encoder->scratch, 1 + FORMAT_VARINT);
    if (!start)
        return refusal_memory(&encoder->refusal);
    unsigned char *at = start;
    *at++ = (unsigned char)tag;
    for (; number >= 0x80; number >>= 7)
        *at++ = (unsigned char)(number | 0x80);
    *at++ = (unsigned char)number;
    encoder->scratch->size += (size_t)(at - start);
    return true;
}

bool encode_back(struct encoder *encoder, const struct seen *seen, int tag)
{
    unsigned char *bytes = encoder->scratch->bytes;
    bytes[seen->tag_at] |= TAG_KEPT;
    bytes[0] |= FORMAT_SHARED;
    return encode_tag_number(encoder, tag, seen->number);
}

bool encode_number(struct encoder *encoder, uint64_t identity)
{
    struct seen seen = {.identity = identity,
                        .kind = SEEN_VALUE,
                        .number = encoder->numbered,
                        .tag_at = (uint32_t)encoder->scratch->size};
    if (!scratch_see(encoder->scratch, seen))
        return refusal_memory(&encoder->refusal);
    encoder->numbered++;
    return true;
}

static bool add_bytes(struct scratch *scratch, const char *bytes, size_t size)
{
    unsigned char *to = scratch_room(scratch, size);
    if (!to)
        return false;
    memcpy(to, bytes, size);
    scratch->size += size;
    return true;
}

static bool encode_long(struct encoder *encoder, const char *bytes, size_t size)
{
    struct scratch *scratch = encoder->scratch;
    uint64_t identity = (uintptr_t)bytes;
    const struct seen *seen = scratch_seen(scratch, identity, SEEN_VALUE);
    if (seen)
        return encode_back(encoder, seen, TAG_BACK);
    if (!encode_number(encoder, identity) ||
        !encode_tag_number(encoder, TAG_LONG, size))
        return false;
    /* a message that travels inside the queue may wait for room, and what runs
     * meanwhile may let go of a string that it cites */
    bool added = size < TL_SMALL_SIZE ? add_bytes(scratch, bytes, size)
                                      : scratch_cite(scratch, bytes, size);
    return added || refusal_memory(&encoder->refusal);
}

bool encode_bytes(struct encoder *encoder, const char *bytes, size_t size)
{
    struct scratch *scratch = encoder->scratch;
    if (size >= FORMAT_LONG)
        return encode_long(encoder, bytes, size);
    if (!scratch_room(scratch, 1 + FORMAT_VARINT + size))
        return refusal_memory(&encoder->refusal);
    if (size < TAG_SHORT_SIZE)
        scratch->bytes[scratch->size++] = (unsigned char)(TAG_SHORT + size);
    else
        encode_tag_number(encoder, TAG_STRING, size);
    memcpy(scratch->bytes + scratch->size, bytes, size);
    scratch->size += size;
    return true;
}

bool encode_enter(struct encoder *encoder, int index, const struct place *place)
{
    if (encoder->depth == FORMAT_DEPTH)
        return encode_refuse(encoder, index, place, REFUSAL_DEPTH);
    if (!lua_checkstack(encoder->L, 12))
        return refusal_memory(&encoder->refusal);
    encoder->depth++;
    return true;
}
