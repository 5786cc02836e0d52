/*
 * Bytes: memory that grows, for numbers in LEB128, and texts behind their size.
 */
#ifndef TL_BYTES_H
#define TL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tl_bytes {
    unsigned char *data;
    size_t used, room;
    bool failed; /* no memory: something is missing */
};

/* Room for so many bytes more, behind `used`; NULL: no memory. */
unsigned char *tl_bytes_reserve(struct tl_bytes *bytes, size_t size);

/* Puts a number where there is room for ten bytes; where the next goes. */
static inline unsigned char *tl_bytes_put(unsigned char *at, uint64_t number)
{
    for (; number > 127; number >>= 7)
        *at++ = (unsigned char)(number | 128);
    *at++ = (unsigned char)number;
    return at;
}

static inline unsigned char *tl_bytes_put_signed(unsigned char *at,
                                                 int64_t number)
{
    return tl_bytes_put(at, number < 0 ? ~((uint64_t)number << 1)
                                       : (uint64_t)number << 1);
}

void tl_bytes_add(struct tl_bytes *bytes, const void *data, size_t size);
void tl_bytes_number(struct tl_bytes *bytes, uint64_t number);
void tl_bytes_text(struct tl_bytes *bytes, const char *text);
void tl_bytes_free(struct tl_bytes *bytes);

#endif
