/*
 * Places: what an operation is, of which object, and where in the script, as an
 * entry of its lane's table.
 *
 * An object is known by its address and its number.  Where there is none, it is
 * tl_places_nothing.
 */
#ifndef TL_PLACES_H
#define TL_PLACES_H

#include <stdint.h>

#include "memory/object.h"
#include "public/recording.h"
#include "trace/lane.h"

#define TL_PLACES_OPERATIONS 256 /* each operation is less */

extern const struct tl_object tl_places_nothing;

/* Never 0, which an entry has that was never used. */
static inline uint64_t tl_places_what(uint32_t operation,
                                      const struct tl_object *object)
{
    return object->number * TL_PLACES_OPERATIONS + operation;
}

/* Where in the table, from 0.  The bits of a product below a place depend on
 * those of the factors below it: so the age of a site changes nothing. */
static inline uint64_t tl_places_at(uint64_t site, uint64_t what)
{
    uint64_t hash = (site ^ what << 24) * UINT64_C(0x9e3779b97f4a7c15);
    return hash >> 38 & (TL_LANE_PLACES - 1);
}
_Static_assert((uint64_t)TL_LANE_PLACES << 38 <= UINT64_C(1)
                                                     << TL_RECORDING_AGE_SHIFT,
               "bits below the age");

/* The entry, which the reader knows; 0: it is not known yet, or its line is to
 * be looked at. */
static inline uint64_t tl_places_known(const struct tl_lane *lane,
                                       uint32_t operation,
                                       const struct tl_object *object)
{
    const char here = 0; /* in this frame */
    const struct tl_recording_call *call = &tl_recording_innermost;
    uint64_t what = tl_places_what(operation, object),
             at = tl_places_at(call->site, what);
    const struct tl_lane_place *entry = &lane->places[at];
    uint64_t differs = (entry->site ^ call->site) |
                       (entry->object ^ (uintptr_t)object) |
                       (entry->what ^ what);
    /* a call that an error has left lies deeper on the stack than who comes
     * now */
    return !differs && (uintptr_t)&here < call->frame ? at + 1 : 0;
}

/* The same, which makes one where it is not known; 0: there was no room. */
uint64_t tl_places_enter(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object);
static inline uint64_t tl_places_entry(struct tl_lane *lane, uint32_t operation,
                                       const struct tl_object *object)
{
    uint64_t known = tl_places_known(lane, operation, object);
    return known ? known : tl_places_enter(lane, operation, object);
}

#endif
