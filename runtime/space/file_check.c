/*
 * File check: looks at an arena in which nobody is.
 *
 * From the table of tasks, the names and the reclaim list it goes to every
 * object that they lead to, and on.  It notes each block's owner and counts
 * the references to each object; at the end the counts must be those that the
 * objects have.
 *
 * Where a table's log had a step under way, it begins again, since the
 * finished step may change what has been looked at.
 */
#include "space/file_check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "park/post.h"
#include "public/status.h"
#include "store/heap.h"
#include "store/name_index.h"
#include "store/refs.h"
#include "sync/condition.h"
#include "sync/owner.h"

/* Far more references or owners than fit, and far fewer than would make a count
 * begin again from 0. */
#define COUNT_MOST (UINT64_C(1) << 48)

/* Steps of tables' logs that may be under way: a task was in each. */
#define REPLAYS_MOST 64

/* ---- the lists of objects ---- */

static bool names_hold(struct tl_file_check *check)
{
    const struct tl_name_index *names = tl_region(TL_REGION_NAMES);
    for (uint64_t at = names->first; at;) {
        uint32_t *line = tl_file_check_line(check, at);
        if ((at & TL_REF_BITS) || (*line & TL_FILE_CHECK_NAMED) ||
            !tl_file_check_ref(check, at))
            return false;
        *line |= TL_FILE_CHECK_NAMED;
        const struct tl_object *object = tl_at(at);
        if (object->named != at || !object->name[0])
            return false;
        at = object->next_named;
    }
    return true;
}

/* The objects of the reclaim list: nothing refers to them, and no task had
 * begun to destroy them. */
static bool reclaimed_hold(struct tl_file_check *check)
{
    const struct tl_reclaim_list *reclaim = tl_region(TL_REGION_RECLAIM);
    for (uint64_t at = reclaim->first; at;) {
        struct tl_object *object;
        if (!tl_file_check_block(check, at, sizeof *object))
            return false;
        *tl_file_check_line(check, at) |= TL_FILE_CHECK_RECLAIMED;
        object = tl_at(at);
        if (object->refs ||
            !tl_file_check_is_object(check, object, tl_heap_size(at)) ||
            !tl_file_check_kind(check, object, true))
            return false;
        at = object->next_reclaimed;
    }
    return true;
}

/* Looks into the objects that were found and not yet looked into; these may
 * lead to others. */
static bool visit(struct tl_file_check *check)
{
    while (check->visited < check->objects.count) {
        uint64_t at = check->objects.at[check->visited++];
        if (!tl_file_check_kind(check, tl_at(at), true))
            return false;
    }
    return true;
}

/* The counts of all objects.  An object that counts fewer references than there
 * are would be freed too early. */
static bool counts_hold(struct tl_file_check *check)
{
    for (size_t i = 0; i < check->objects.count; i++) {
        uint64_t at = check->objects.at[i];
        const struct tl_object *object = tl_at(at);
        uint32_t line = *tl_file_check_line(check, at);
        if (object->refs < (line & TL_FILE_CHECK_REFS) ||
            object->refs > COUNT_MOST ||
            (object->named && !(line & TL_FILE_CHECK_NAMED)))
            return false;
    }
    return true;
}

/* The tickets whose tasks it is to call are a condition's. */
static bool owes_well(struct tl_file_check *check, const struct tl_owner *owner)
{
    uint64_t object = owner->owed - offsetof(struct tl_condition, tickets);
    return !owner->owed ||
           (tl_file_check_has(&check->objects, object) &&
            ((struct tl_object *)tl_at(object))->kind == TL_KIND_CONDITION);
}

static bool holds_hold(struct tl_file_check *check)
{
    for (size_t i = 0; i < check->holds.count; i++)
        if (!owes_well(check, tl_at(check->holds.at[i])))
            return false;
    return true;
}

/* ---- all of it ---- */

static bool begin(struct tl_file_check *check)
{
    struct tl_reclaim_list *reclaim = tl_region(TL_REGION_RECLAIM);
    bool replayed = false;
    if (!tl_file_check_replay(&reclaim->log, &replayed) ||
        !tl_file_check_replay(tl_heap_log(), &replayed) ||
        tl_heap_end() > tl_root()->size)
        return false;
    check->end = tl_heap_end();
    check->visited = 0;
    check->objects.count = check->guards.count = check->holds.count = 0;
    check->lines = calloc(check->end / TL_LINE + 1, sizeof *check->lines);
    check->no_memory = !check->lines;
    return check->lines && tl_heap_is_sound(tl_file_check_note_block, check);
}

static bool look(struct tl_file_check *check)
{
    struct tl_reclaim_list *reclaim = tl_region(TL_REGION_RECLAIM);
    return begin(check) && tl_file_check_slots(check) &&
           tl_file_check_log(check, &reclaim->log, TL_GUARD_REFS, NULL) &&
           tl_file_check_log(check, tl_heap_log(), TL_GUARD_HEAP, NULL) &&
           tl_post_sound() &&
           tl_file_check_hold(check, tl_region(TL_REGION_TURN), NULL) &&
           names_hold(check) && reclaimed_hold(check) && visit(check) &&
           tl_file_check_owned_blocks(check) && visit(check) &&
           counts_hold(check) && holds_hold(check) &&
           tl_file_check_waits(check);
}

static int look_at_all(void)
{
    struct tl_file_check check = {.kinds = tl_file_check_kinds};
    bool sane;
    int replays = 0;
    do {
        check.replayed = false;
        sane = look(&check);
        free(check.lines);
        check.lines = NULL;
    } while (!sane && check.replayed && ++replays < REPLAYS_MOST);
    free(check.objects.at);
    free(check.guards.at);
    free(check.holds.at);
    return sane ? TL_OK : check.no_memory ? TL_NO_MEMORY : TL_NO_SPACE;
}

int tl_file_check_check(int fd, uint64_t size)
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
