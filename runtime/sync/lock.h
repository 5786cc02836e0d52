/*
 * Lock: one task at a time; passed on as abandoned when its holder dies.
 */
#ifndef TL_LOCK_H
#define TL_LOCK_H

#include "memory/object.h"
#include "sync/owner.h"

struct tl_lock {
    struct tl_object object;
    _Alignas(TL_LINE) struct tl_owner owner;
};

#endif
