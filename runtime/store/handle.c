#include "store/cell.h"
#include "store/handle.h"

#include "store/bundle.h"
#include "store/keep.h"

uint32_t tl_handle_forks;

/* Of a future `cell` is something else, and of a copy that only looks, another
 * task's; neither has one that is lent.  The mark is no part of what a handle
 * says to those who have it as const, and no other thread looks at it. */
int tl_handle_first_use(const struct tl_handle *handle)
{
    int status = tl_enter_arena(handle->arena, TL_OP_NONE);
    if (status < 0)
        return status;
    if (handle->kind != TL_KIND_JOB && !(handle->side & TL_SIDE_LOOKS))
        tl_bundle_claim(tl_handle_cell(handle));
    ((struct tl_handle *)(uintptr_t)handle)->forks = tl_handle_forks;
    return TL_OK;
}

/* A task with thousands of objects must not look at all its cells for each new
 * one. */
static int64_t take_cell(void)
{
    int64_t cell = tl_cells_add(tl_self, tl_self->cells_full);
    if (cell >= 0)
        tl_self->cells_full = (uint32_t)cell + 1;
    return cell;
}

static void free_cell(uint32_t cell)
{
    if (cell < tl_self->cells_full)
        tl_self->cells_full = cell;
}

static void fill(struct tl_handle *out, struct tl_object *object, uint32_t cell,
                 int side)
{
    *out = (struct tl_handle){.object = object,
                              .cell = cell,
                              .arena = (uint16_t)tl_arena,
                              .kind = (uint8_t)object->kind,
                              .side = (uint8_t)side,
                              .forks = tl_handle_forks};
}

static tl_ref ref_of(const struct tl_object *object, int side)
{
    return tl_offset(object) | (side ? TL_SIDE : 0);
}

int tl_handle_make(struct tl_handle *out, struct tl_object *object, int side,
                   bool claim)
{
    int64_t cell = take_cell();
    if (cell < 0)
        return (int)cell;
    struct tl_cell *at = tl_cell_at(tl_self, (uint32_t)cell);
    at->debt = 0;
    tl_refs_set(&at->ref, ref_of(object, side) | (claim ? TL_CLAIMED : 0));
    fill(out, object, (uint32_t)cell, side);
    return TL_OK;
}

int tl_handle_keep(struct tl_handle *out, const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_NONE);
    return status < 0
               ? status
               : tl_handle_make(out, handle->object, handle->side, false);
}

int tl_handle_reserve(uint32_t *index)
{
    int64_t cell = take_cell();
    if (cell < 0)
        return (int)cell;
    *index = (uint32_t)cell;
    return TL_OK;
}

int tl_handle_fill(struct tl_handle *out, uint32_t index)
{
    tl_ref ref = tl_cell_at(tl_self, index)->ref;
    if (!ref) {
        free_cell(index);
        return TL_EMPTY;
    }
    fill(out, tl_ref_object(ref), index, tl_ref_side(ref));
    return TL_OK;
}

int tl_handle_borrow(struct tl_handle *out, const tl_ref *word)
{
    uint32_t index = 0;
    int status = tl_handle_reserve(&index);
    if (status < 0)
        return status;
    struct tl_cell *cell = tl_cell_at(tl_self, index);
    cell->debt = 0;
    tl_refs_begin();
    tl_ref ref = *word & ~(TL_CLAIMED | TL_LENT);
    if (ref)
        tl_refs_prepare(&cell->ref, ref);
    tl_refs_end();
    return tl_handle_fill(out, index);
}

void tl_handle_return(struct tl_handle *handle)
{
    tl_task_visit(handle->arena);
    tl_refs_drop(&tl_handle_cell(handle)->ref);
    free_cell(handle->cell);
    tl_refs_reclaim();
}

tl_ref tl_handle_ref(const struct tl_handle *handle)
{
    if (!handle->object)
        return 0;
    uint64_t offset = (uint64_t)((unsigned char *)handle->object -
                                 tl_arena_bases[handle->arena]);
    return (uint64_t)handle->arena << TL_REF_ARENA_SHIFT | offset |
           (handle->side ? TL_SIDE : 0);
}

tl_ref tl_parcel_ref(const struct tl_parcel *parcel, size_t i)
{
    return (tl_ref)parcel->arena << TL_REF_ARENA_SHIFT | parcel->refs[i];
}

tl_ref tl_ref_identity(tl_ref ref)
{
    return ref & (~TL_REF_BITS | TL_SIDE);
}

int tl_handle_open(struct tl_handle *handle, tl_ref ref)
{
    int status =
        tl_enter_arena((unsigned)(ref >> TL_REF_ARENA_SHIFT), TL_OP_NONE);
    if (status < 0)
        return status;
    ref &= TL_REF_WITHIN;
    return tl_handle_make(handle, tl_ref_object(ref), tl_ref_side(ref), true);
}

/* Items that nobody will report done must not hold up a join. */
static void settle_debt(struct tl_object *object, struct tl_cell *cell)
{
    if (cell->debt)
        tl_object_kind(object)->task_died(object, tl_self, cell);
}

void tl_handle_close(struct tl_handle *handle)
{
    struct tl_object *object = handle->object;
    handle->object = NULL;
    if (!object || tl_enter_arena(handle->arena, TL_OP_NONE) < 0)
        return;
    struct tl_cell *cell = tl_handle_cell(handle);
    tl_bundle_part(handle->cell);
    if (cell->ref && tl_keep_for_debts(cell))
        return;
    settle_debt(object, cell);
    tl_refs_drop(&cell->ref);
    free_cell(handle->cell);
    tl_refs_reclaim();
}

void tl_handle_retire(struct tl_handle *kept, struct tl_handle *handle)
{
    /* an end for which there is no memory stays open: a wait may be using it */
    if ((handle->kind == TL_KIND_PIPE &&
         tl_handle_keep(kept, handle) == TL_OK) ||
        tl_enter(handle, TL_OP_NONE) < 0) {
        tl_handle_close(handle);
    } else {
        settle_debt(handle->object, tl_handle_cell(handle));
        *kept = *handle;
        handle->object = NULL;
    }
}
