#include "process/inherit.h"

#include "store/bundle.h"
#include "store/cell.h"
#include "store/refs.h"

int tl_inherit(struct tl_task *task, const struct tl_handle *const *given,
               size_t count)
{
    int status = tl_bundle_bequeath(task);
    for (size_t i = 0; i < count && status == TL_OK; i++) {
        if (!given[i]->object || given[i]->arena != tl_arena)
            continue;
        tl_ref *ref = &tl_cell_at(task, given[i]->cell)->ref;
        if (*ref)
            tl_refs_set(ref, (*ref & ~TL_LENT) | TL_CLAIMED);
    }
    return status;
}
