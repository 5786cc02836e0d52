/*
 * Wait any: waits for the first of many objects, and of what lies outside.
 */
#include <poll.h>
#include <stdlib.h>

#include "park/wait_queue.h"
#include "store/heap.h"
#include "store/handle.h"
#include "wait/wait_many.h"

/* Makes sure of `count` nodes besides the one in the slot.  The chunks stay
 * with the slot. */
static int reserve(uint32_t count)
{
    uint32_t have = 0;
    for (unsigned k = 0; have < count; k++) {
        if (k == TL_WAITER_CHUNKS)
            return TL_NO_MEMORY;
        uint64_t *chunk = &tl_self->waiter_chunks[k];
        uint64_t size = tl_wait_queue_chunk(k) * sizeof(struct tl_waiter);
        int status = *chunk ? TL_OK : tl_heap_take(chunk, size);
        if (status < 0)
            return status;
        have += tl_wait_queue_chunk(k);
    }
    return TL_OK;
}

/* What one call sleeps on. */
struct sleep {
    struct tl_watch *watches;
    struct pollfd *polled;
    uint32_t watch_count;
    unsigned polled_count;
};

static int look_at_object(const struct tl_waitable *waitable,
                          struct sleep *sleep)
{
    const struct tl_handle *handle = waitable->handle;
    struct tl_watch *watch = &sleep->watches[sleep->watch_count];
    int status = tl_enter(handle, TL_OP_NONE);
    if (status < 0)
        return status;
    const struct tl_kind *kind = &tl_upcalls->kinds[handle->kind];
    status = kind->ready ? kind->ready(handle, watch) : TL_NOT_WAITABLE;
    watch->arena = handle->arena;
    sleep->watch_count++;
    return status;
}

static int look_outside(const struct tl_waitable *waitable, struct sleep *sleep)
{
    unsigned count = 0;
    if (!*waitable->state)
        return TL_DROPPED;
    int status = waitable->look(*waitable->state,
                                &sleep->polled[sleep->polled_count], &count);
    sleep->polled_count += count;
    return status;
}

/* How many are ready; or a status, and *wrong: of which. */
static int look(struct tl_waitable *waitables, uint32_t count,
                struct sleep *sleep, uint32_t *wrong)
{
    int n = 0;
    sleep->watch_count = 0;
    sleep->polled_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct tl_waitable *waitable = &waitables[i];
        int status = waitable->handle ? look_at_object(waitable, sleep)
                                      : look_outside(waitable, sleep);
        *wrong = i;
        if (status < 0)
            return status;
        waitable->ready = status > 0;
        n += waitable->ready;
    }
    return n;
}

static int reserve_all(const struct sleep *sleep)
{
    uint32_t used[TL_ARENAS] = {0};
    for (uint32_t i = 0; i < sleep->watch_count; i++) {
        tl_task_visit(sleep->watches[i].arena);
        int status = reserve(++used[sleep->watches[i].arena]);
        if (status < 0)
            return status;
    }
    return TL_OK;
}

static int wait_and_look(struct tl_waitable *waitables, uint32_t count,
                         struct sleep *sleep, uint32_t *wrong,
                         tl_deadline deadline)
{
    int status = look(waitables, count, sleep, wrong);
    while (status == 0) {
        status = reserve_all(sleep);
        if (status < 0)
            return status;
        status = tl_wait_many(sleep->watches, sleep->watch_count, sleep->polled,
                              sleep->polled_count, deadline);
        if (status == TL_OK)
            status = look(waitables, count, sleep, wrong);
    }
    return status;
}

/* A last look at the deadline: it may find what no word or descriptor tells. */
static int look_again(struct tl_waitable *waitables, uint32_t count,
                      struct sleep *sleep, uint32_t *wrong)
{
    int status = look(waitables, count, sleep, wrong);
    return status == 0 ? TL_TIMEOUT : status;
}

int tl_wait_any(struct tl_waitable *waitables, uint32_t count, uint32_t *wrong,
                tl_deadline deadline)
{
    size_t outside = 0;
    for (uint32_t i = 0; i < count; i++)
        outside += !waitables[i].handle;
    struct sleep sleep = {
        .watches = calloc((size_t)count + 1, sizeof *sleep.watches),
        .polled = calloc(outside * TL_LOOK_MOST + 1, sizeof *sleep.polled)};
    int status = tl_enter_home(TL_OP_WAIT);
    if (status == TL_OK && !(sleep.watches && sleep.polled))
        status = TL_NO_MEMORY;
    if (status == TL_OK)
        status = wait_and_look(waitables, count, &sleep, wrong, deadline);
    if (status == TL_TIMEOUT)
        status = look_again(waitables, count, &sleep, wrong);
    free(sleep.watches);
    free(sleep.polled);
    return status;
}
