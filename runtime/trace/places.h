/*
 * Places: what an operation is, of which object, and where in the script, as an
 * entry of its lane's table.
 */
#ifndef TL_PLACES_H
#define TL_PLACES_H

#include <stdint.h>

#include "memory/object.h"
#include "trace/lane.h"

static inline struct tl_lane_place *tl_places_at(struct tl_lane *lane,
                                                 uint64_t site, uint64_t offset,
                                                 uint64_t what)
{
    uint64_t hash = (site ^ offset << 7) + (what << 40);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &lane->places[hash >> 32 & (TL_LANE_PLACES - 1)];
}

/* The same of one that is not known yet, or whose line is to be looked at. */
uint32_t tl_places_enter(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object);

/* The entry, which the reader knows by then; 0: there was no room. */
static inline uint32_t tl_places_entry(struct tl_lane *lane, uint32_t operation,
                                       const struct tl_object *object)
{
    uint64_t offset = object ? tl_offset(object) : 0;
    uint64_t what = operation | (object ? (uint64_t)tl_arena << 32 : 0);
    const struct tl_lane_place *entry =
        tl_places_at(lane, lane->call.site.words[0], offset, what);
    /* a call that an error has left lies deeper on the stack than who comes
     * now */
    bool known = entry->site[0] == lane->call.site.words[0] &&
                 entry->site[1] == lane->call.site.words[1] &&
                 entry->offset == offset && entry->what == what &&
                 lane->call.site.words[0] &&
                 (!object || entry->number == object->number) &&
                 (uintptr_t)__builtin_frame_address(0) < lane->call.frame;
    return __builtin_expect(known, 1)
               ? (uint32_t)(entry - lane->places) + 1
               : tl_places_enter(lane, operation, object);
}

#endif
