#include "store/message.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"
#include "store/heap.h"
#include "store/refs.h"
#include "tasks/task.h"

#define POPULATE_LEAST (64 << 10)
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void tl_message_copy(unsigned char *to, const struct tl_message *m)
{
    for (size_t i = 0; i < m->slice_count; i++) {
        memcpy(to, m->slices[i].data, m->slices[i].size);
        to += m->slices[i].size;
    }
}

static tl_ref carried(tl_ref ref)
{
    ref &= TL_REF_WITHIN & (~TL_REF_BITS | TL_SIDE);
    return tl_object_kind(tl_ref_object(ref))->side_closed ? ref | TL_CLAIMED
                                                           : ref;
}

/* Gets all pages of a large fresh block at once: a page fault for each costs
 * more than the copy. */
static void populate(uint64_t block, uint64_t size)
{
    static _Atomic uint64_t known;
    uint64_t page = known;
    if (!page)
        known = page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t begin = (block + page - 1) / page * page;
    uint64_t end = (block + size) / page * page;
    /* a kernel before 5.14 knows no such advice, and faults as ever */
    if (size >= POPULATE_LEAST && end > begin)
        madvise(tl_at(begin), end - begin, MADV_POPULATE_WRITE);
}

int tl_message_pack(uint64_t *owner, const struct tl_message *m)
{
    uint64_t refs_size = m->ref_count * sizeof(tl_ref);
    bool fresh;
    for (size_t i = 0; i < m->ref_count; i++)
        if (m->refs[i] >> TL_REF_ARENA_SHIFT != tl_arena)
            return TL_OTHER_ARENA;
    int status = tl_heap_take_tell(
        owner, sizeof(struct tl_message_block) + refs_size + m->size, &fresh);
    if (status < 0)
        return status;
    if (fresh)
        populate(*owner, m->size);
    struct tl_message_block *packed = tl_at(*owner);
    packed->size = m->size;
    memset(packed->refs, 0, refs_size);
    tl_fault();
    packed->ref_count = (uint32_t)m->ref_count;
    tl_fault();
    for (size_t i = 0; i < m->ref_count; i++)
        tl_refs_set(&packed->refs[i], carried(m->refs[i]));
    tl_message_copy((unsigned char *)(packed->refs + m->ref_count), m);
    return TL_OK;
}

void tl_message_make_shared(uint64_t block, struct tl_log *log)
{
    struct tl_message_block *packed = tl_at(block);
    packed->owners = 1;
    packed->log = tl_offset(log);
    tl_fault();
    packed->shared = 1;
    tl_fault();
}

void tl_message_share(struct tl_log *log, uint64_t *owner, uint64_t block)
{
    struct tl_message_block *packed = tl_at(block);
    tl_log_set(log, &packed->owners, packed->owners + 1);
    tl_log_set(log, owner, block);
}

/* Leaves the message to its other owners; false: there are none, and so there
 * will be none. */
static bool leave_to_others(uint64_t *owner, struct tl_message_block *packed)
{
    if (!packed->shared)
        return false;
    struct tl_log *log = tl_at(packed->log);
    tl_log_begin(log);
    bool others = packed->owners > 1;
    if (others) {
        tl_log_set(log, &packed->owners, packed->owners - 1);
        tl_log_set(log, owner, 0);
    }
    tl_log_end(log);
    return others;
}

void tl_message_drop(uint64_t *owner)
{
    if (!*owner)
        return;
    struct tl_message_block *packed = tl_at(*owner);
    if (leave_to_others(owner, packed))
        return;
    bool carried_some = packed->ref_count > 0;
    for (uint32_t i = 0; i < packed->ref_count; i++)
        tl_refs_drop(&packed->refs[i]);
    tl_heap_release(owner, 0);
    if (carried_some)
        tl_refs_reclaim();
}

void tl_message_show(uint64_t block, struct tl_parcel *parcel)
{
    struct tl_message_block *packed = tl_at(block);
    parcel->refs = packed->refs;
    parcel->ref_count = packed->ref_count;
    parcel->data = packed->refs + packed->ref_count;
    parcel->size = packed->size;
    parcel->block = 0;
    parcel->arena = tl_arena;
}

void tl_parcel_drop(struct tl_parcel *parcel)
{
    if (!parcel->block)
        return;
    parcel->block = 0;
    tl_task_visit(parcel->arena);
    tl_message_drop(&tl_self->owned_blocks[TL_OWNED_MESSAGE]);
}
