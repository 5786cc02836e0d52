#include "message.h"

#include <string.h>

#include "block.h"
#include "insight/fault.h"
#include "refs.h"
#include "tasks/task.h"

void tl_message_copy(unsigned char *to, const struct tl_message *m)
{
    for (size_t i = 0; i < m->slice_count; i++) {
        memcpy(to, m->slices[i].data, m->slices[i].size);
        to += m->slices[i].size;
    }
}

static tl_ref carried(tl_ref ref)
{
    ref &= ~TL_REF_BITS | TL_SIDE;
    return tl_kinds[tl_ref_object(ref)->kind].side_closed ? ref | TL_CLAIMED
                                                          : ref;
}

int tl_message_pack(uint64_t *owner, const struct tl_message *m)
{
    uint64_t refs_size = m->ref_count * sizeof(tl_ref);
    int status = tl_block_take(owner, sizeof(struct tl_packed) + refs_size +
                                          m->size);
    if (status < 0)
        return status;
    struct tl_packed *packed = tl_at(*owner);
    packed->size = m->size;
    memset(packed->refs, 0, refs_size);
    tl_fault();
    packed->ref_count = m->ref_count;
    tl_fault();
    for (size_t i = 0; i < m->ref_count; i++)
        tl_refs_set(&packed->refs[i], carried(m->refs[i]));
    tl_message_copy((unsigned char *)(packed->refs + m->ref_count), m);
    return TL_OK;
}

void tl_message_drop(uint64_t *owner)
{
    if (!*owner)
        return;
    struct tl_packed *packed = tl_at(*owner);
    bool carried_some = packed->ref_count > 0;
    for (uint64_t i = 0; i < packed->ref_count; i++)
        tl_refs_drop(&packed->refs[i]);
    tl_block_release(owner, 0);
    if (carried_some)
        tl_refs_bury();
}

void tl_message_show(uint64_t block, struct tl_parcel *parcel)
{
    struct tl_packed *packed = tl_at(block);
    parcel->refs = packed->refs;
    parcel->ref_count = packed->ref_count;
    parcel->data = packed->refs + packed->ref_count;
    parcel->size = packed->size;
    parcel->block = 0;
}

void tl_parcel_drop(struct tl_parcel *parcel)
{
    if (!parcel->block)
        return;
    parcel->block = 0;
    tl_message_drop(&tl_self->carrying[TL_HAND_MESSAGE]);
}
