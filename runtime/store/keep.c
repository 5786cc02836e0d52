#include "store/cell.h"
#include "store/keep.h"

#include "base/fault.h"
#include "store/bundle.h"
#include "store/log.h"
#include "store/refs.h"
#include "tasks/task.h"

static bool is_held(const struct tl_object *object, const struct tl_cell *cell)
{
    return tl_object_kind(object)->in_use &&
           tl_object_kind(object)->in_use(object, tl_self, cell);
}

/* Whether any reference is left besides this task's `own`.  References are made
 * only from references: so where there is none, there never will be. */
static bool is_known_beside(const struct tl_object *object, uint64_t own)
{
    return tl_log_peek(&object->refs) > own;
}

static void let_go(struct tl_cell *cell, uint32_t index)
{
    cell->kept = 0;
    tl_fault();
    tl_bundle_part(index);
    tl_refs_drop(&cell->ref);
    if (index < tl_self->cells_full)
        tl_self->cells_full = index;
}

/* Whether another cell by which this task may owe something refers to the
 * object, as one that is lent is not.  Until it is found, what was kept and is
 * held no more is let go. */
static bool has_another(const struct tl_object *object,
                        const struct tl_cell *but)
{
    uint32_t count =
        atomic_load_explicit(&tl_self->cells, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        struct tl_cell *cell = tl_cell_at(tl_self, i);
        if (cell == but || !cell->ref || cell->ref & TL_LENT)
            continue;
        if (tl_ref_object(cell->ref) == object)
            return true;
        if (cell->kept && !is_held(tl_ref_object(cell->ref), cell))
            let_go(cell, i);
    }
    return false;
}

/* Makes a kept cell for the part, which replaces the one of the whole; false:
 * there is no memory for it. */
static bool keep_part(struct tl_object *part)
{
    int64_t index = tl_cells_add(tl_self, tl_self->cells_full);
    if (index < 0)
        return false;
    struct tl_cell *cell = tl_cell_at(tl_self, (uint32_t)index);
    tl_self->cells_full = (uint32_t)index + 1;
    cell->debt = 0;
    cell->kept = 1;
    tl_refs_set(&cell->ref, tl_offset(part) | TL_CLAIMED);
    return true;
}

bool tl_keep_for_debts(struct tl_cell *cell)
{
    struct tl_object *object = tl_ref_object(cell->ref);
    if (!is_held(object, cell))
        return false;
    /* a bundle that is gone still counts as who knows its objects */
    tl_refs_reclaim();
    struct tl_object *(*part_held)(struct tl_object *) =
        tl_object_kind(object)->part_held;
    struct tl_object *part = part_held ? part_held(object) : object;
    /* the whole has a reference to its part */
    bool known = is_known_beside(object, 1) ||
                 (part != object && is_known_beside(part, 1));
    if (!known || has_another(part, cell))
        return false;
    if (part != object && keep_part(part))
        return false;
    cell->kept = 1;
    return true;
}
