/*
 * Places: what an operation is, of which object, and where in the script, as an
 * entry of its lane's table.
 *
 * An object is known by its address and its number.  Of what has none there is
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

static inline const struct tl_lane_place *
tl_places_at(const struct tl_lane *lane, uint64_t site, uint32_t operation,
             const struct tl_object *object)
{
    uint64_t hash =
        (site >> TL_RECORDING_AGE_BITS ^ (uint64_t)(uintptr_t)object << 7) +
        ((uint64_t)operation << 40);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &lane->places[hash >> 32 & (TL_LANE_PLACES - 1)];
}

/* The entry, which the reader knows; 0: it is not known yet, or its line is to
 * be looked at.  NULL: nothing. */
static inline uint32_t tl_places_known(const struct tl_lane *lane,
                                       uint32_t operation,
                                       const struct tl_object *object)
{
    const struct tl_object *of = object ? object : &tl_places_nothing;
    const struct tl_recording_call *call = &tl_recording_innermost;
    const struct tl_lane_place *entry =
        tl_places_at(lane, call->site, operation, of);
    uint64_t differs = (entry->site ^ call->site) |
                       (entry->object ^ (uintptr_t)of) |
                       (entry->what ^ tl_places_what(operation, of));
    /* a call that an error has left lies deeper on the stack than who comes
     * now */
    return !differs && (uintptr_t)__builtin_frame_address(0) < call->frame
               ? (uint32_t)(entry - lane->places) + 1
               : 0;
}

/* The same, which makes one where it is not known; 0: there was no room. */
uint32_t tl_places_enter(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object);
static inline uint32_t tl_places_entry(struct tl_lane *lane, uint32_t operation,
                                       const struct tl_object *object)
{
    uint32_t known = tl_places_known(lane, operation, object);
    return known ? known : tl_places_enter(lane, operation, object);
}

#endif
