/*
 * Bytes: what is left of a file's bytes, read from the front.
 *
 * A reader never goes past the end.  Where a number or a text is not whole it
 * sets `broken`, and what it returns means nothing: whoever reads asks after a
 * few fields, and not after each.
 */
#ifndef TIMELINE_BYTES_H
#define TIMELINE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const unsigned char *at, *end;
    bool broken, missing; /* missing: it is broken as the bytes ended */
};

static inline size_t bytes_left(const struct bytes *bytes)
{
    return (size_t)(bytes->end - bytes->at);
}

/* LEB128, at most ten bytes; what does not fit into 64 bits is broken. */
static inline uint64_t bytes_number(struct bytes *bytes)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && bytes->at < bytes->end; shift += 7) {
        uint64_t low = *bytes->at & 127u;
        if (shift == 63 && low > 1)
            break;
        number |= low << shift;
        if (*bytes->at++ < 128)
            return number;
    }
    bytes->broken = true;
    bytes->missing = bytes->at == bytes->end;
    return 0;
}

/* Of the zigzag form, as an addend: what is below 0 wraps. */
static inline uint64_t bytes_unfold(uint64_t number)
{
    return (number >> 1) ^ (~(number & 1) + 1);
}

static inline uint64_t bytes_signed(struct bytes *bytes)
{
    return bytes_unfold(bytes_number(bytes));
}

/* A number up to `most`; more is broken. */
static inline uint64_t bytes_number_to(struct bytes *bytes, uint64_t most)
{
    uint64_t number = bytes_number(bytes);
    bytes->broken |= number > most;
    return number <= most ? number : 0;
}

/* A little-endian number of so many bytes. */
static inline uint64_t bytes_fixed(struct bytes *bytes, size_t size)
{
    uint64_t number = 0;
    if (bytes_left(bytes) < size) {
        bytes->broken = bytes->missing = true;
        return 0;
    }
    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)*bytes->at++ << (8 * i);
    return number;
}

/* A size, and so many bytes: returns where they stand. */
static inline const char *bytes_text(struct bytes *bytes, size_t *size)
{
    uint64_t count = bytes_number(bytes);
    *size = 0;
    if (bytes->broken || count > bytes_left(bytes)) {
        bytes->missing |= !bytes->broken;
        bytes->broken = true;
        return "";
    }
    const char *text = (const char *)bytes->at;
    *size = (size_t)count;
    bytes->at += count;
    return text;
}

#endif
