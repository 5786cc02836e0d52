#include "trace/places.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "public/recording.h"
#include "trace/recording_tasks.h"

_Thread_local tl_recording_site_hook *tl_recording_site;

/* The operation, and where the object is, and whose lane it is. */
static uint64_t what_of(const struct tl_lane *lane, uint32_t operation,
                        const struct tl_object *object)
{
    return operation | (object ? (uint64_t)tl_arena << 16 : 0) |
           (uint64_t)lane->tenant << 32;
}

static struct tl_lane_place *entry_of(struct tl_lane *lane, uint64_t site,
                                      uint64_t offset, uint64_t what)
{
    uint64_t hash = (site ^ offset << 7) + (what << 40);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &lane->places[hash >> 32 & (TL_LANE_PLACES - 1)];
}

static uint32_t number_of(const struct tl_lane *lane,
                          const struct tl_lane_place *entry)
{
    return (uint32_t)(entry - lane->places) + 1;
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

/* But for its age. */
static bool is_it(const struct tl_lane_place *entry,
                  const struct tl_lane_place *place)
{
    return memcmp(entry, place, offsetof(struct tl_lane_place, age)) == 0;
}

/* The place is not in its entry, or was at another age. */
__attribute__((noinline)) static uint32_t
enter(struct tl_lane *lane, uint32_t operation, const struct tl_object *object,
      struct tl_recording_site *site, void *caller)
{
    if (tl_recording_site && caller)
        tl_recording_site(site, caller, true);
    struct tl_lane_place place = {.site = {site->key[0], site->key[1]},
                                  .offset = object ? tl_offset(object) : 0,
                                  .number = object ? object->number : 0,
                                  .what = what_of(lane, operation, object),
                                  .age = site->age,
                                  .line = site->line,
                                  .file = site->file};
    struct tl_lane_place *entry =
        entry_of(lane, place.site[0], place.offset, place.what);
    struct tl_lane_note note = note_of(site, operation, object);
    note.number = number_of(lane, entry);
    bool known = is_it(entry, &place) && entry->line == place.line &&
                 entry->file == place.file;
    if (!known && !tl_lane_write(lane, &note))
        return 0;
    *entry = place;
    return note.number;
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
    struct tl_recording_site site = {.line = 0};
    void *caller = caller_of(lane);
    if (tl_recording_site && caller)
        tl_recording_site(&site, caller, false);
    uint64_t offset = object ? tl_offset(object) : 0;
    uint64_t what = what_of(lane, operation, object);
    /* word by word, as the hook has written it: a wider load waits for it */
    const struct tl_lane_place *entry =
        entry_of(lane, site.key[0], offset, what);
    if (__builtin_expect(entry->site[0] == site.key[0] &&
                             entry->site[1] == site.key[1] &&
                             entry->offset == offset && entry->what == what &&
                             entry->age == site.age &&
                             entry->number == (object ? object->number : 0),
                         1))
        return number_of(lane, entry);
    return enter(lane, operation, object, &site, caller);
}
