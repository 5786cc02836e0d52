#include "trace/places.h"

#include <string.h>

#include "public/recording.h"
#include "trace/recording_tasks.h"

_Thread_local tl_recording_site_hook *tl_recording_site;

static uint32_t index_of(const struct tl_lane_place *place)
{
    uint64_t hash = (place->site[0] ^ place->site[1] << 7) +
                    (place->offset >> 6) + ((uint64_t)place->operation << 40);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return 1 + (uint32_t)((hash >> 32) % (TL_LANE_PLACES - 1));
}

/* But for its age. */
static bool is_it(const struct tl_lane_place *entry,
                  const struct tl_lane_place *place)
{
    return entry->site[0] == place->site[0] &&
           entry->site[1] == place->site[1] && entry->offset == place->offset &&
           entry->number == place->number && entry->tenant == place->tenant &&
           entry->arena == place->arena && entry->operation == place->operation;
}

static struct tl_lane_note note_of(const struct tl_recording_site *site,
                                   uint32_t operation,
                                   const struct tl_object *object)
{
    struct tl_lane_note note = {
        .what = TL_LANE_PLACE,
        .spare = TL_LANE_SPARE,
        .words = {operation | (uint64_t)site->line << 32},
        .texts = {site->name}};
    if (!object)
        return note;
    note.words[TL_LANE_PLACE_KIND - 1] = object->kind;
    note.words[TL_LANE_PLACE_NUMBER - 1] = object->number;
    note.texts[1] = object->name;
    note.texts[2] =
        tl_arena == TL_HOME ? NULL : tl_recording_words.space(tl_arena);
    const struct tl_object *part =
        tl_recording_words.part ? tl_recording_words.part(object) : NULL;
    if (part) {
        note.words[TL_LANE_PLACE_PART_KIND - 1] = part->kind;
        note.words[TL_LANE_PLACE_PART_NUMBER - 1] = part->number;
        note.texts[3] = part->name;
    }
    return note;
}

/* The place is not in its entry, or was at another age. */
__attribute__((noinline)) static uint32_t enter(struct tl_lane *lane,
                                                struct tl_lane_place *place,
                                                const struct tl_object *object,
                                                void *caller)
{
    struct tl_recording_site site = {.key = {place->site[0], place->site[1]},
                                     .age = place->age};
    if (tl_recording_site && caller)
        tl_recording_site(&site, caller, true);
    memcpy(place->site, site.key, sizeof place->site);
    place->line = site.line;
    place->file = site.file;
    uint32_t index = index_of(place);
    struct tl_lane_place *entry = &lane->places[index];
    struct tl_lane_note note = note_of(&site, place->operation, object);
    note.number = index;
    bool known = is_it(entry, place) && entry->line == place->line &&
                 entry->file == place->file;
    if (!known && !tl_lane_write(lane, &note))
        return 0;
    *entry = *place;
    return index;
}

/* What an error has left behind lies deeper on the stack than who comes now: no
 * line is better. */
static void *caller_of(const struct tl_lane *lane)
{
    return (uintptr_t)__builtin_frame_address(0) < lane->frame ? lane->caller
                                                               : NULL;
}

uint32_t tl_places_entry(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object)
{
    struct tl_recording_site site = {.age = 0};
    void *caller = caller_of(lane);
    if (tl_recording_site && caller)
        tl_recording_site(&site, caller, false);
    struct tl_lane_place place = {.site = {site.key[0], site.key[1]},
                                  .offset = object ? tl_offset(object) : 0,
                                  .number = object ? object->number : 0,
                                  .tenant = lane->tenant,
                                  .arena = object ? (uint16_t)tl_arena : 0,
                                  .operation = (uint16_t)operation,
                                  .age = site.age};
    uint32_t index = index_of(&place);
    const struct tl_lane_place *entry = &lane->places[index];
    return __builtin_expect(is_it(entry, &place) && entry->age == place.age, 1)
               ? index
               : enter(lane, &place, object, caller);
}
