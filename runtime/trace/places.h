/*
 * Places: what an operation is, of which object, and where in the script, as an
 * entry of its lane's table.
 */
#ifndef TL_PLACES_H
#define TL_PLACES_H

#include <stdint.h>

#include "memory/object.h"
#include "trace/lane.h"

/* The entry, which the reader knows by then; 0: there was no room. */
uint32_t tl_places_entry(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object);

#endif
