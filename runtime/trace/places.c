#include "trace/places.h"

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

uint32_t tl_places_entry(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object)
{
    struct tl_recording_site site = {0};
    if (tl_recording_site)
        tl_recording_site(&site);
    struct tl_lane_place place = {
        .site = {site.key[0], site.key[1]},
        .offset = object ? tl_offset(object) : 0,
        .number = object ? object->number : 0,
        .tenant = lane->tenant,
        .arena = object ? (uint16_t)tl_arena : 0,
        .operation = (uint16_t)operation};
    uint32_t index = index_of(&place);
    struct tl_lane_place *entry = &lane->places[index];
    if (__builtin_expect(is_it(entry, &place), 1))
        return index;
    struct tl_lane_note note = note_of(&site, operation, object);
    note.number = index;
    if (!tl_lane_write(lane, &note))
        return 0;
    *entry = place;
    return index;
}
