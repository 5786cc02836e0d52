/*
 * Any: waits for the first of several objects.
 */
#include <stdlib.h>

#include "handle.h"
#include "store/block.h"
#include "wait/several.h"
#include "wait/waiters.h"

/* This task gets `count` nodes besides the one in its slot.  The chunks stay
 * with the slot. */
static int reserve(uint32_t count)
{
    uint32_t have = 0;
    for (unsigned k = 0; have < count; k++) {
        if (k == TL_WAITER_CHUNKS)
            return TL_NO_MEMORY;
        uint64_t *chunk = &tl_self->waiter_chunks[k];
        uint64_t size =
            tl_waiters_of_chunk(k) * sizeof(struct tl_waiter);
        int status = *chunk ? TL_OK : tl_block_take(chunk, size);
        if (status < 0)
            return status;
        have += tl_waiters_of_chunk(k);
    }
    return TL_OK;
}

static int reserve_all(const struct tl_handle *const *handles, uint32_t count)
{
    uint32_t used[TL_ARENAS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        int status = tl_enter(handles[i]);
        if (status == TL_OK)
            status = reserve(++used[handles[i]->arena]);
        if (status < 0)
            return status;
    }
    return TL_OK;
}

/* How many are ready, or a status, of the object *wrong. */
static int look(const struct tl_handle *const *handles, uint32_t count,
                bool *ready, struct tl_watch *watches, uint32_t *wrong)
{
    int n = 0;
    for (uint32_t i = 0; i < count; i++) {
        *wrong = i;
        int status = tl_enter(handles[i]);
        if (status < 0)
            return status;
        const struct tl_kind *kind = &tl_kinds[handles[i]->kind];
        status = kind->ready ? kind->ready(handles[i], &watches[i])
                             : TL_NOT_WAITABLE;
        if (status < 0)
            return status;
        watches[i].arena = handles[i]->arena;
        ready[i] = status > 0;
        n += ready[i];
    }
    return n;
}

int tl_wait_any(const struct tl_handle *const *handles, uint32_t count,
                bool *ready, uint32_t *wrong, tl_deadline deadline)
{
    struct tl_watch *watches = calloc(count ? count : 1, sizeof *watches);
    if (!watches)
        return TL_NO_MEMORY;
    int status = look(handles, count, ready, watches, wrong);
    if (status == 0 && reserve_all(handles, count) < 0)
        status = TL_NO_MEMORY;
    while (status == 0) {
        status = tl_wait_several(watches, count, deadline);
        if (status == TL_OK)
            status = look(handles, count, ready, watches, wrong);
    }
    free(watches);
    return status;
}
