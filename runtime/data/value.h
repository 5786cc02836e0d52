/*
 * Value: one number.
 *
 * Writers hold `writer`, one at a time.  There are two copies of the number;
 * the version's low bit tells which is valid.  A writer fills the other copy
 * and then stores the version.  So a reader takes no guard, and reads again
 * only if the version has moved meanwhile; and a writer that dies leaves the
 * old number or the new one.
 */
#ifndef TL_VALUE_H
#define TL_VALUE_H

#include "memory/object.h"
#include "sync/owner.h"

struct tl_value {
    struct tl_object object;
    _Alignas(TL_LINE) _Atomic uint64_t version;
    struct {
        _Atomic uint64_t is_float, bits;
    } copies[2];
    struct tl_owner writer;
};

void tl_value_describe(const struct tl_object *object, int side, char *text,
                       size_t size);

#endif
