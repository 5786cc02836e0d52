/*
 * Array: numbers of one machine type in a row.
 *
 * The elements are a block of atomics: each is read and written whole, and in
 * no order with the others.  Nothing is ever half-done.
 */
#ifndef TL_ARRAY_H
#define TL_ARRAY_H

#include "memory/object.h"
#include "tidelock.h"

struct tl_array {
    struct tl_object object;
    uint64_t length;   /* constant */
    uint32_t type;     /* enum tl_element; constant */
    uint64_t elements; /* block */
};

/* Bytes of an element of the type. */
uint32_t tl_element_size(uint32_t type);

void tl_array_describe(const struct tl_object *object, int side, char *text,
                       size_t size);
void tl_array_destroy(struct tl_object *object);

#endif
