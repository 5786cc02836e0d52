#include "handle.h"

#include <stdio.h>
#include <string.h>

#include "insight/fault.h"
#include "store/block.h"

void *tl_object_make(enum tl_kind_id kind, const char *name, int *status)
{
    *status = tl_checkpoint();
    if (*status < 0)
        return NULL;
    uint64_t *hand = &tl_self->carrying[TL_HAND_OBJECT];
    uint64_t size = tl_kinds[kind].size;
    *status = tl_block_take(hand, size);
    if (*status < 0)
        return NULL;
    struct tl_object *object = tl_at(*hand);
    memset(object, 0, size);
    object->number = tl_kind_count(kind);
    if (name)
        snprintf(object->name, sizeof object->name, "%s", name);
    tl_fault();
    /* from now on tl_kinds[kind].destroy may look at it */
    object->kind = kind;
    tl_fault();
    return object;
}

/* No cell of this task below it is free: a task with thousands of objects must
 * not look at them all for each new one. */
static _Thread_local uint32_t first_free;

static int64_t take_cell(void)
{
    int64_t cell = tl_cells_add(tl_self, first_free);
    if (cell >= 0)
        first_free = (uint32_t)cell + 1;
    return cell;
}

static void fill(struct tl_handle *out, struct tl_object *object,
                 uint32_t cell, int side)
{
    *out = (struct tl_handle){.object = object,
                              .cell = cell,
                              .kind = (uint8_t)object->kind,
                              .side = (uint8_t)side};
}

static tl_ref ref_of(const struct tl_object *object, int side)
{
    return tl_offset(object) | (side ? TL_SIDE : 0);
}

int tl_object_publish(struct tl_handle *out, int side)
{
    uint64_t *hand = &tl_self->carrying[TL_HAND_OBJECT];
    struct tl_object *object = tl_at(*hand);
    int64_t cell = take_cell();
    if (cell < 0) {
        tl_refs_bury_for(tl_self);
        return (int)cell;
    }
    tl_refs_adopt(&tl_cell_at(tl_self, (uint32_t)cell)->ref,
                  ref_of(object, side) | TL_CLAIMED, hand);
    fill(out, object, (uint32_t)cell, side);
    return TL_OK;
}

int tl_handle_make(struct tl_handle *out, struct tl_object *object, int side,
                   bool claim)
{
    int64_t cell = take_cell();
    if (cell < 0)
        return (int)cell;
    struct tl_cell *at = tl_cell_at(tl_self, (uint32_t)cell);
    at->taken = 0;
    tl_refs_set(&at->ref, ref_of(object, side) | (claim ? TL_CLAIMED : 0));
    fill(out, object, (uint32_t)cell, side);
    return TL_OK;
}

tl_ref tl_handle_ref(const struct tl_handle *handle)
{
    return handle->object ? ref_of(handle->object, handle->side) : 0;
}

tl_ref tl_ref_identity(tl_ref ref)
{
    return ref & (~TL_REF_BITS | TL_SIDE);
}

int tl_handle_open(struct tl_handle *handle, tl_ref ref)
{
    int status = tl_checkpoint();
    if (status < 0)
        return status;
    return tl_handle_make(handle, tl_ref_object(ref), tl_ref_side(ref), true);
}

void tl_handle_close(struct tl_handle *handle)
{
    struct tl_object *object = handle->object;
    handle->object = NULL;
    if (!object || tl_checkpoint() < 0)
        return;
    struct tl_cell *cell = tl_handle_cell(handle);
    bool (*in_use)(const struct tl_object *, const struct tl_task *,
                   const struct tl_cell *) = tl_kinds[object->kind].in_use;
    /* what it holds outlives the handle: the cell stays until the task's end,
     * when recovery passes it on */
    if (in_use && in_use(object, tl_self, cell))
        return;
    /* items that nobody will report done must not hold up a join */
    if (cell->taken)
        tl_kinds[object->kind].task_died(object, tl_self, cell);
    tl_refs_drop(&cell->ref);
    if (handle->cell < first_free)
        first_free = handle->cell;
    tl_refs_bury();
}
