#include "sound.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hold.h"
#include "names.h"
#include "status.h"
#include "store/block.h"
#include "store/message.h"
#include "store/refs.h"
#include "table.h"
#include "wait/post.h"

/* What begins at a line of the arena. */
#define LINE_BLOCK (UINT32_C(1) << 31)  /* a block in use */
#define LINE_OWNED (UINT32_C(1) << 30)  /* that has an owner */
#define LINE_OBJECT (UINT32_C(1) << 29) /* and is an object */
#define LINE_NAMED (UINT32_C(1) << 28)  /* in the list of names */
#define LINE_GRAVE (UINT32_C(1) << 27)  /* in that of graves */
#define LINE_VALUE (UINT32_C(1) << 26)  /* or a value of a table */
#define LINE_REFS (LINE_VALUE - 1)      /* how many references were found */

/* Far more references or owners than fit, and far fewer than would make a count
 * begin again from 0. */
#define COUNT_MOST (UINT64_C(1) << 48)

/* Steps of tables' logs that may be under way: a task was in each. */
#define REPLAYS_MOST 64

/* ---- blocks and what they are ---- */

static uint32_t *line_of(struct tl_sound *sound, uint64_t offset)
{
    static uint32_t none;
    none = 0;
    return offset % TL_LINE == 0 && offset < sound->end
               ? &sound->lines[offset / TL_LINE]
               : &none;
}

static void note_block(void *context, uint64_t block)
{
    struct tl_sound *sound = context;
    sound->lines[block / TL_LINE] = LINE_BLOCK;
}

bool tl_sound_block(struct tl_sound *sound, uint64_t block, uint64_t least)
{
    uint32_t *line = line_of(sound, block);
    if (!(*line & LINE_BLOCK) || (*line & LINE_OWNED) ||
        tl_block_size(block) < least)
        return false;
    *line |= LINE_OWNED;
    return true;
}

static bool refs_hold(struct tl_sound *sound, const struct tl_packed *packed,
                      uint64_t room)
{
    if (packed->ref_count > room / sizeof(tl_ref))
        return false;
    for (uint32_t i = 0; i < packed->ref_count; i++)
        if (packed->refs[i] && !tl_sound_ref(sound, packed->refs[i]))
            return false;
    return true;
}

bool tl_sound_is_owned(struct tl_sound *sound, uint64_t block)
{
    return *line_of(sound, block) & LINE_OWNED;
}

bool tl_sound_message(struct tl_sound *sound, uint64_t block,
                      const struct tl_log *log)
{
    if (!tl_sound_block(sound, block, sizeof(struct tl_packed)))
        return false;
    const struct tl_packed *packed = tl_at(block);
    uint64_t room = tl_block_size(block) - sizeof *packed;
    if (!refs_hold(sound, packed, room))
        return false;
    room -= packed->ref_count * sizeof(tl_ref);
    if (log)
        *line_of(sound, block) |= LINE_VALUE;
    return packed->size <= room &&
           (log ? packed->shared == 1 && packed->log == tl_offset(log) &&
                      packed->owners > 0 && packed->owners < COUNT_MOST
                : !packed->shared);
}

static bool is_log_of_table(const struct tl_sound *sound, uint64_t log)
{
    if (!tl_sound_has(&sound->guards, log))
        return false;
    const struct tl_guard *guard = tl_at(log);
    const struct tl_table *table = tl_at(guard->object);
    return guard->role == TL_GUARD_OBJECT && guard->object &&
           table->object.kind == TL_KIND_TABLE && tl_offset(&table->log) == log;
}

bool tl_sound_carried(struct tl_sound *sound, uint64_t block)
{
    const struct tl_packed *packed = tl_at(block);
    /* a value that the dead task had read: the table has it, too */
    if ((*line_of(sound, block) & LINE_VALUE) && packed->owners > 1)
        return true;
    if (!tl_sound_block(sound, block, sizeof *packed))
        return false;
    /* its size and bytes may not have been written yet; nobody reads them */
    return refs_hold(sound, packed, tl_block_size(block) - sizeof *packed) &&
           (!packed->shared || (packed->shared == 1 && packed->owners == 1 &&
                                is_log_of_table(sound, packed->log)));
}

static bool is_object(const struct tl_object *object, uint64_t size)
{
    uint64_t wanted = tl_sound_kind_size(object->kind);
    return wanted > 0 && wanted <= size &&
           tl_sound_text(object->name, sizeof object->name);
}

bool tl_sound_ref(struct tl_sound *sound, tl_ref ref)
{
    uint64_t offset = ref & ~TL_REF_BITS;
    /* bit 0 is the side of a pipe, which a space has none of */
    if (ref & TL_REF_BITS & ~TL_CLAIMED)
        return false;
    uint32_t *line = line_of(sound, offset);
    if (!(*line & LINE_OBJECT)) {
        if (!tl_sound_block(sound, offset, sizeof(struct tl_object)) ||
            !is_object(tl_at(offset), tl_block_size(offset)) ||
            !tl_sound_note(sound, &sound->objects, offset))
            return false;
        *line |= LINE_OBJECT;
    }
    ++*line;
    return (*line & LINE_REFS) != 0;
}

/* ---- the lists of objects ---- */

static bool names_hold(struct tl_sound *sound)
{
    const struct tl_name_list *names = tl_region(TL_REGION_NAMES);
    for (uint64_t at = names->first; at;) {
        uint32_t *line = line_of(sound, at);
        if ((*line & LINE_NAMED) || !tl_sound_ref(sound, at))
            return false;
        *line |= LINE_NAMED;
        const struct tl_object *object = tl_at(at);
        if (object->named != at || !object->name[0])
            return false;
        at = object->next_named;
    }
    return true;
}

/* Nobody refers to them, and nobody had begun to destroy them. */
static bool graves_hold(struct tl_sound *sound)
{
    const struct tl_graveyard *graves = tl_region(TL_REGION_GRAVES);
    for (uint64_t at = graves->first; at;) {
        struct tl_object *object;
        if (!tl_sound_block(sound, at, sizeof *object))
            return false;
        *line_of(sound, at) |= LINE_GRAVE;
        object = tl_at(at);
        if (object->refs || !is_object(object, tl_block_size(at)) ||
            !tl_sound_kind(sound, object, true))
            return false;
        at = object->next_grave;
    }
    return true;
}

/* Those that were found and not looked into, which may lead to others. */
static bool visit(struct tl_sound *sound)
{
    while (sound->visited < sound->objects.count) {
        uint64_t at = sound->objects.at[sound->visited++];
        if (!tl_sound_kind(sound, tl_at(at), true))
            return false;
    }
    return true;
}

/* Fewer references than there are would free it too early. */
static bool counts_hold(struct tl_sound *sound)
{
    for (size_t i = 0; i < sound->objects.count; i++) {
        uint64_t at = sound->objects.at[i];
        const struct tl_object *object = tl_at(at);
        uint32_t line = *line_of(sound, at);
        if (object->refs < (line & LINE_REFS) || object->refs > COUNT_MOST ||
            (object->named && !(line & LINE_NAMED)))
            return false;
    }
    return true;
}

/* Of the notice whose waiters a hold owes a call. */
static bool holds_hold(struct tl_sound *sound)
{
    for (size_t i = 0; i < sound->holds.count; i++) {
        const struct tl_hold *hold = tl_at(sound->holds.at[i]);
        if (hold->owed && (!tl_sound_has(&sound->objects, hold->owed) ||
                           ((struct tl_object *)tl_at(hold->owed))->kind !=
                               TL_KIND_CONDITION))
            return false;
    }
    return true;
}

/* ---- all of it ---- */

static bool begin(struct tl_sound *sound)
{
    struct tl_graveyard *graves = tl_region(TL_REGION_GRAVES);
    bool replayed = false;
    if (!tl_sound_replay(&graves->log, &replayed) ||
        !tl_sound_replay(tl_block_log(), &replayed) ||
        tl_block_end() > tl_root()->size)
        return false;
    sound->end = tl_block_end();
    sound->visited = 0;
    sound->objects.count = sound->guards.count = sound->holds.count = 0;
    sound->lines = calloc(sound->end / TL_LINE + 1, sizeof *sound->lines);
    sound->no_memory = !sound->lines;
    return sound->lines && tl_block_sound(note_block, sound);
}

static bool look(struct tl_sound *sound)
{
    struct tl_graveyard *graves = tl_region(TL_REGION_GRAVES);
    return begin(sound) && tl_sound_slots(sound) &&
           tl_sound_log(sound, &graves->log, TL_GUARD_REFS, NULL) &&
           tl_sound_log(sound, tl_block_log(), TL_GUARD_HEAP, NULL) &&
           tl_post_sound() &&
           tl_sound_hold(sound, tl_region(TL_REGION_TURN), NULL) &&
           names_hold(sound) && graves_hold(sound) && visit(sound) &&
           tl_sound_hands(sound) && visit(sound) && counts_hold(sound) &&
           holds_hold(sound) && tl_sound_waits(sound);
}

static int look_at_all(void)
{
    struct tl_sound sound = {0};
    bool sane;
    int replays = 0;
    do {
        sound.replayed = false;
        sane = look(&sound);
        free(sound.lines);
        sound.lines = NULL;
    } while (!sane && sound.replayed && ++replays < REPLAYS_MOST);
    free(sound.objects.at);
    free(sound.guards.at);
    free(sound.holds.at);
    return sane ? TL_OK : sound.no_memory ? TL_NO_MEMORY : TL_NO_SPACE;
}

int tl_sound_check(int fd, uint64_t size)
{
    void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_NORESERVE, fd, 0);
    if (copy == MAP_FAILED)
        return TL_SYSTEM;
    unsigned char *base = tl_arena_base;
    tl_arena_base = copy;
    int status = look_at_all();
    tl_arena_base = base;
    munmap(copy, size);
    return status;
}
