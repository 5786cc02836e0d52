/*
 * Bytes: a growing piece of a trace's file (public/trace).
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

void tl_bytes_add(struct tl_bytes *bytes, const void *data, size_t size);
void tl_bytes_number(struct tl_bytes *bytes, uint64_t number);
void tl_bytes_signed(struct tl_bytes *bytes, int64_t number);
void tl_bytes_text(struct tl_bytes *bytes, const char *text);
void tl_bytes_free(struct tl_bytes *bytes);

#endif
