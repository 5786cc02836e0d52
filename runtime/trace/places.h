/*
 * Places: what an operation is, of which object, and where in the script, as an
 * entry of its lane's table.
 */
#ifndef TL_PLACES_H
#define TL_PLACES_H

#include <stdint.h>

#include "memory/object.h"
#include "trace/lane.h"

static inline const struct tl_lane_place *
tl_places_at(const struct tl_lane *lane, uint64_t site, uint64_t offset,
             uint64_t what)
{
    uint64_t hash =
        (site >> TL_RECORDING_AGE_BITS ^ offset << 7) + (what << 40);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &lane->places[hash >> 32 & (TL_LANE_PLACES - 1)];
}

/* The entry, which the reader knows; 0: it is not known yet, or its line is to
 * be looked at. */
static inline uint32_t tl_places_known(const struct tl_lane *lane,
                                       uint32_t operation,
                                       const struct tl_object *object)
{
    uint64_t offset = object ? tl_offset(object) : 0;
    uint64_t what = operation | (object ? (uint64_t)tl_arena << 32 : 0);
    const struct tl_lane_place *entry =
        tl_places_at(lane, lane->call.site, offset, what);
    /* a call that an error has left lies deeper on the stack than who comes
     * now */
    bool known = entry->site == lane->call.site && entry->offset == offset &&
                 entry->what == what && lane->call.site &&
                 (!object || entry->number == object->number) &&
                 (uintptr_t)__builtin_frame_address(0) < lane->call.frame;
    return known ? (uint32_t)(entry - lane->places) + 1 : 0;
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
