#include "trace/places.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "public/recording.h"
#include "trace/recording_tasks.h"

_Thread_local void (*tl_recording_find)(struct tl_recording_line *line,
                                        void *caller);

const struct tl_object tl_places_nothing;

static struct tl_lane_note note_of(const struct tl_recording_line *line,
                                   uint32_t operation,
                                   const struct tl_object *object)
{
    struct tl_lane_note note = {
        .what = TL_LANE_PLACE,
        .spare = TL_LANE_SPARE,
        .words = {operation | (uint64_t)line->line << 32},
        .texts = {line->name}};
    if (object == &tl_places_nothing)
        return note;
    note.words[TL_LANE_PLACE_KIND - 1] = object->kind;
    note.words[TL_LANE_PLACE_NUMBER - 1] = object->number;
    note.texts[1] = object->name;
    note.texts[2] =
        tl_recording_words.far ? tl_recording_words.far(object) : NULL;
    if (note.texts[2])
        return note;
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

#define AGE (UINT64_MAX << TL_RECORDING_AGE_SHIFT)
#define NO_SITE UINT64_MAX /* no call's */

/* But for its age. */
static bool is_it(const struct tl_lane_place *entry,
                  const struct tl_lane_place *place)
{
    return (entry->site | AGE) == (place->site | AGE) &&
           entry->object == place->object && entry->what == place->what &&
           entry->line == place->line && entry->file == place->file;
}

uint64_t tl_places_enter(struct tl_lane *lane, uint32_t operation,
                         const struct tl_object *object)
{
    struct tl_recording_line line = {.line = 0};
    const struct tl_recording_call none = {0}, *call = &tl_recording_innermost;
    if ((uintptr_t)__builtin_frame_address(0) >= call->frame)
        call = &none;
    if (tl_recording_find && call->caller)
        tl_recording_find(&line, call->caller);
    struct tl_lane_place place = {.site = line.direct ? call->site : NO_SITE,
                                  .object = (uintptr_t)object,
                                  .what = tl_places_what(operation, object),
                                  .line = line.line,
                                  .file = line.file};
    uint64_t at =
        tl_places_at(line.direct ? place.site : line.line, place.what);
    struct tl_lane_place *entry = &lane->places[at];
    struct tl_lane_note note = note_of(&line, operation, object);
    note.number = (uint32_t)at + 1;
    if (is_it(entry, &place))
        place.message = entry->message; /* as the reader knows it */
    else if (!tl_lane_write(lane, &note))
        return 0;
    *entry = place;
    return note.number;
}
