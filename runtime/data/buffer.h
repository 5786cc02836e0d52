/*
 * Buffer: bytes, shared and unguarded.  A reader may see a part of what is
 * written meanwhile; whoever minds that uses a lock beside the buffer.
 */
#ifndef TL_BUFFER_H
#define TL_BUFFER_H

#include "memory/object.h"

struct tl_buffer {
    struct tl_object object;
    uint64_t size;  /* constant */
    uint64_t bytes; /* block */
};

void tl_buffer_describe(const struct tl_object *object, int side, char *text,
                        size_t size);
void tl_buffer_destroy(struct tl_object *object);

#endif
