/*
 * Name index: the objects of a space that can be found by name.
 *
 * They are a list through the objects themselves: `next_named`, and in `named`
 * the space's own reference, which keeps the object alive until its name is
 * removed.  The list changes together with that reference, in one logged step
 * under the guard of store/refs; so a death leaves no name half-made.
 */
#ifndef TL_NAME_INDEX_H
#define TL_NAME_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "memory/object.h"
#include "tidelock.h"

/* In TL_REGION_NAMES. */
struct tl_name_index {
    uint64_t first; /* offset of an object */
};

/* TL_OK or TL_NO_MEMORY; once for each arena. */
int tl_name_index_make(void);

/* A handle to the object of that name, in this arena.  TL_EMPTY: none;
 * TL_NO_MEMORY. */
int tl_name_index_open(const char *name, struct tl_handle *out);

/* Enters the object under its name; false: there is another of that name. */
bool tl_name_index_enter(struct tl_object *object);

#endif
