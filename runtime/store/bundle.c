#include "store/cell.h"
#include "store/bundle.h"

#include <string.h>

#include "base/fault.h"
#include "public/status.h"
#include "store/heap.h"
#include "store/refs.h"

/* Of the last group, which is being filled, so many cells that its bundle does
 * not have are worth a new one; fewer are counted one by one. */
#define WORTH 16

/* A group of this task: `cells` are from the bundle's own on. */
struct group {
    struct tl_cell *cells;
    uint32_t count;
    bool last;
};

static struct tl_bundle *bundle_of(const struct group *group)
{
    tl_ref ref = group->cells[0].ref;
    return ref ? (struct tl_bundle *)tl_ref_object(ref) : NULL;
}

/* What a child inherits by the cell: a reference that is not counted yet. */
static tl_ref heritage(const struct tl_cell *cell)
{
    return cell->ref & TL_OWN ? 0 : cell->ref & ~(TL_CLAIMED | TL_LENT);
}

/* Whether a bundle may have it: of one that has it already, there is no need to
 * ask. */
static bool may_be_lent(tl_ref ref)
{
    return ref && !tl_object_kind(tl_ref_object(ref))->never_lent;
}

static bool has(const struct tl_bundle *bundle, uint32_t place, tl_ref ref)
{
    return bundle && bundle->refs[place] == ref;
}

/* ---- making one ---- */

static bool is_worth_one(const struct group *group)
{
    const struct tl_bundle *bundle = bundle_of(group);
    unsigned beside = 0;
    for (uint32_t i = 1; i < group->count; i++) {
        tl_ref ref = heritage(&group->cells[i]);
        beside += !has(bundle, i, ref) && may_be_lent(ref);
    }
    return beside >= (group->last ? WORTH : 1);
}

/* In this task's hand; false: there is no memory, and the old one will do. */
static bool make(const struct group *group)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_OBJECT];
    if (tl_heap_take(owned, sizeof(struct tl_bundle)) < 0)
        return false;
    struct tl_bundle *bundle = tl_at(*owned);
    memset(bundle, 0, sizeof *bundle);
    tl_fault();
    /* from now on it may be destroyed */
    bundle->object.kind = TL_KIND_BUNDLE;
    tl_fault();
    for (uint32_t i = 1; i < group->count; i++) {
        tl_ref ref = heritage(&group->cells[i]);
        if (may_be_lent(ref))
            tl_refs_set(&bundle->refs[i], ref);
    }
    return true;
}

/* Where cells of this task are lent itself, the new one takes the place of the
 * old in one step. */
static void renew(struct group *group)
{
    uint64_t *owned = &tl_self->owned_blocks[TL_OWNED_OBJECT];
    if (is_worth_one(group) && make(group)) {
        tl_refs_adopt(&group->cells[0].ref, *owned | TL_OWN, owned);
        tl_refs_reclaim();
    }
}

void tl_bundle_destroy(struct tl_object *object)
{
    struct tl_bundle *bundle = (struct tl_bundle *)object;
    for (uint32_t i = 0; i < TL_BUNDLE_CELLS; i++)
        tl_refs_drop(&bundle->refs[i]);
}

/* ---- the fork ---- */

static int bequeath_cell(struct tl_task *child, uint32_t index)
{
    int status = tl_cells_extend(child, index, 1);
    tl_ref ref = heritage(tl_cell_at(tl_self, index));
    if (status == TL_OK && ref)
        tl_refs_set(&tl_cell_at(child, index)->ref, ref);
    return status;
}

/* Of this task, which has so many cells. */
static struct group group_at(uint32_t first, uint32_t total)
{
    uint32_t left = total - first;
    bool last = left <= TL_BUNDLE_CELLS;
    return (struct group){.cells = tl_cell_at(tl_self, first),
                          .count = last ? left : TL_BUNDLE_CELLS,
                          .last = last};
}

static int bequeath_group(struct tl_task *child, uint32_t first, uint32_t total)
{
    struct group group = group_at(first, total);
    int status = tl_cells_extend(child, first, group.count);
    if (status < 0)
        return status;
    struct tl_cell *to = tl_cell_at(child, first);
    if (tl_arena == TL_HOME)
        renew(&group);
    const struct tl_bundle *bundle = bundle_of(&group);
    if (bundle)
        tl_refs_set(&to[0].ref, tl_offset(bundle) | TL_OWN);
    for (uint32_t i = 1; i < group.count; i++) {
        tl_ref ref = heritage(&group.cells[i]);
        if (ref && has(bundle, i, ref))
            tl_refs_lend(&to[i].ref, ref);
        else if (ref)
            tl_refs_set(&to[i].ref, ref);
    }
    return TL_OK;
}

int tl_bundle_bequeath(struct tl_task *child)
{
    uint32_t total = atomic_load(&tl_self->cells), i = 0;
    int status = TL_OK;
    for (; i < total && i < TL_BUNDLE_CELLS && status == TL_OK; i++)
        status = bequeath_cell(child, i);
    for (; i < total && status == TL_OK; i += TL_BUNDLE_CELLS)
        status = bequeath_group(child, i, total);
    return status;
}

/* ---- afterwards ---- */

void tl_bundle_claim(struct tl_cell *cell)
{
    if (cell->ref & TL_LENT)
        tl_refs_set(&cell->ref, cell->ref & ~TL_LENT);
}

void tl_bundle_part(uint32_t index)
{
    uint32_t place = index % TL_BUNDLE_CELLS, first = index - place;
    if (first == 0)
        return;
    struct group group = group_at(first, atomic_load(&tl_self->cells));
    const struct tl_bundle *bundle = bundle_of(&group);
    if (!bundle || !bundle->refs[place])
        return;
    for (uint32_t i = 1; i < group.count; i++)
        if (i != place)
            tl_bundle_claim(&group.cells[i]);
    if (group.cells[place].ref & TL_LENT)
        tl_refs_drop(&group.cells[place].ref);
    tl_refs_drop(&group.cells[0].ref);
}
