/*
 * Latch: opens for good when it has been counted down to 0.
 *
 * The word is the count, and only falls.
 */
#ifndef TL_LATCH_H
#define TL_LATCH_H

#include "memory/object.h"
#include "wait/wait_many.h"

struct tl_latch {
    struct tl_object object;
    _Atomic uint64_t word;       /* a watch word */
    struct tl_wait_queue opened; /* wake all */
};

int tl_latch_ready(const struct tl_handle *handle, struct tl_watch *watch);
void tl_latch_describe(const struct tl_object *object, int side, char *text,
                       size_t size);

#endif
