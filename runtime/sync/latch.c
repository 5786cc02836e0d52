#include "sync/latch.h"

#include <stdio.h>

#include "base/fault.h"
#include "store/constructor.h"
#include "store/handle.h"

static struct tl_latch *latch_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_latch_new(struct tl_handle *out, const char *name, uint32_t count)
{
    int status;
    struct tl_latch *latch =
        tl_constructor_begin(out, TL_KIND_LATCH, name, count, &status);
    if (!latch)
        return status;
    tl_wait_queue_init(&latch->opened, latch, TL_VERB_WAIT);
    atomic_store(&latch->word, count);
    return tl_constructor_finish(out, 0);
}

int tl_latch_count_down(const struct tl_handle *handle, uint32_t n)
{
    int status = tl_enter(handle, TL_OP_LATCH_COUNT_DOWN);
    if (status < 0)
        return status;
    struct tl_latch *latch = latch_of(handle);
    uint64_t count = atomic_load(&latch->word), left;
    do
        left = count > n ? count - n : 0;
    while (!atomic_compare_exchange_weak(&latch->word, &count, left));
    tl_fault();
    if (left == 0)
        tl_wake(&latch->opened, TL_WAKE_ALL);
    return TL_OK;
}

int tl_latch_wait(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_LATCH_WAIT);
    if (status < 0)
        return status;
    struct tl_latch *latch = latch_of(handle);
    uint64_t count;
    while ((count = atomic_load(&latch->word)) > 0) {
        status = tl_wait(&latch->opened, &latch->word, count, deadline);
        if (status < 0)
            return status;
    }
    return TL_OK;
}

int tl_latch_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_latch *latch = latch_of(handle);
    uint64_t count = atomic_load(&latch->word);
    *watch = (struct tl_watch){
        .condition = &latch->opened, .word = &latch->word, .seen = count};
    return count == 0;
}

uint32_t tl_latch_count(const struct tl_handle *handle)
{
    return tl_enter(handle, TL_OP_LATCH_COUNT) < 0
               ? 0
               : (uint32_t)atomic_load(&latch_of(handle)->word);
}

void tl_latch_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_latch *latch = (const struct tl_latch *)object;
    (void)side;
    snprintf(text, size, "%u to count down, %u waiting",
             (unsigned)atomic_load(&latch->word),
             tl_wait_queue_waiting(&latch->opened));
}
