/*
 * File check, blocks: what each block of the heap is, and that it has one
 * owner.
 */
#include "data/table.h"
#include "space/file_check.h"
#include "store/heap.h"
#include "store/message.h"

/* Far more references or owners than fit, and far fewer than would make a count
 * begin again from 0. */
#define COUNT_MOST (UINT64_C(1) << 48)

uint32_t *tl_file_check_line(struct tl_file_check *check, uint64_t offset)
{
    static uint32_t none;
    none = 0;
    return offset % TL_LINE == 0 && offset < check->end
               ? &check->lines[offset / TL_LINE]
               : &none;
}

void tl_file_check_note_block(void *context, uint64_t block)
{
    struct tl_file_check *check = context;
    check->lines[block / TL_LINE] = TL_FILE_CHECK_BLOCK;
}

bool tl_file_check_block(struct tl_file_check *check, uint64_t block,
                         uint64_t least)
{
    uint32_t *line = tl_file_check_line(check, block);
    if (!(*line & TL_FILE_CHECK_BLOCK) || (*line & TL_FILE_CHECK_OWNED) ||
        tl_heap_size(block) < least)
        return false;
    *line |= TL_FILE_CHECK_OWNED;
    return true;
}

static bool refs_hold(struct tl_file_check *check,
                      const struct tl_message_block *packed, uint64_t room)
{
    if (packed->ref_count > room / sizeof(tl_ref))
        return false;
    for (uint32_t i = 0; i < packed->ref_count; i++)
        if (packed->refs[i] && !tl_file_check_ref(check, packed->refs[i]))
            return false;
    return true;
}

bool tl_file_check_is_owned(struct tl_file_check *check, uint64_t block)
{
    return *tl_file_check_line(check, block) & TL_FILE_CHECK_OWNED;
}

bool tl_file_check_message(struct tl_file_check *check, uint64_t block,
                           const struct tl_log *log)
{
    if (!tl_file_check_block(check, block, sizeof(struct tl_message_block)))
        return false;
    const struct tl_message_block *packed = tl_at(block);
    uint64_t room = tl_heap_size(block) - sizeof *packed;
    if (!refs_hold(check, packed, room))
        return false;
    room -= packed->ref_count * sizeof(tl_ref);
    if (log)
        *tl_file_check_line(check, block) |= TL_FILE_CHECK_VALUE;
    return packed->size <= room &&
           (log ? packed->shared == 1 && packed->log == tl_offset(log) &&
                      packed->owners > 0 && packed->owners < COUNT_MOST
                : !packed->shared);
}

static bool is_log_of_table(const struct tl_file_check *check, uint64_t log)
{
    if (!tl_file_check_has(&check->guards, log))
        return false;
    const struct tl_guard *guard = tl_at(log);
    const struct tl_table *table = tl_at(guard->object);
    return guard->role == TL_GUARD_OBJECT && guard->object &&
           table->object.kind == TL_KIND_TABLE && tl_offset(&table->log) == log;
}

bool tl_file_check_carried(struct tl_file_check *check, uint64_t block)
{
    const struct tl_message_block *packed = tl_at(block);
    /* a value that the dead task had read: the table has it, too */
    if ((*tl_file_check_line(check, block) & TL_FILE_CHECK_VALUE) &&
        packed->owners > 1)
        return true;
    if (!tl_file_check_block(check, block, sizeof *packed))
        return false;
    /* its size and bytes may not have been written yet; nobody reads them */
    return refs_hold(check, packed, tl_heap_size(block) - sizeof *packed) &&
           (!packed->shared || (packed->shared == 1 && packed->owners == 1 &&
                                is_log_of_table(check, packed->log)));
}

bool tl_file_check_is_object(const struct tl_file_check *check,
                             const struct tl_object *object, uint64_t size)
{
    uint64_t wanted = tl_file_check_kind_size(check, object->kind);
    return wanted > 0 && wanted <= size &&
           tl_file_check_text(object->name, sizeof object->name);
}

bool tl_file_check_ref(struct tl_file_check *check, tl_ref ref)
{
    uint64_t offset = ref & ~TL_REF_BITS;
    /* bit 0 is the side of a pipe, which a space has none of */
    if (ref & TL_REF_BITS & ~TL_CLAIMED)
        return false;
    uint32_t *line = tl_file_check_line(check, offset);
    if (!(*line & TL_FILE_CHECK_OBJECT)) {
        if (!tl_file_check_block(check, offset, sizeof(struct tl_object)) ||
            !tl_file_check_is_object(check, tl_at(offset),
                                     tl_heap_size(offset)) ||
            !tl_file_check_note(check, &check->objects, offset))
            return false;
        *line |= TL_FILE_CHECK_OBJECT;
    }
    ++*line;
    return (*line & TL_FILE_CHECK_REFS) != 0;
}

uint64_t tl_file_check_kind_size(const struct tl_file_check *check,
                                 uint64_t kind)
{
    return kind < TL_KINDS && check->kinds[kind].holds
               ? tl_upcalls->kinds[kind].size
               : 0;
}

bool tl_file_check_kind(struct tl_file_check *check, struct tl_object *object,
                        bool whole)
{
    return check->kinds[object->kind].holds(check, object, whole);
}
