#include "memory/object.h"

const struct tl_upcalls *tl_upcalls;

int tl_object_make_counts(void)
{
    _Atomic uint64_t *counts =
        tl_arena_carve(TL_REGION_COUNTS, TL_KINDS * sizeof *counts);
    if (!counts)
        return TL_NO_MEMORY;
    /* the main task's process is number 0, and the first that a script makes
     * is process-1 */
    counts[TL_KIND_PROCESS] = UINT64_MAX;
    return TL_OK;
}

uint64_t tl_object_number(enum tl_kind_id kind)
{
    /* of objects made, by kind */
    _Atomic uint64_t *counts = tl_region(TL_REGION_COUNTS);
    return atomic_fetch_add(&counts[kind], 1) + 1;
}

const char *tl_kind_name(int kind)
{
    return kind > 0 && kind < TL_KINDS ? tl_upcalls->kinds[kind].name
                                       : "object";
}
