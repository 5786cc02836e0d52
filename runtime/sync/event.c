#include "sync/event.h"

#include <stdio.h>

#include "base/fault.h"
#include "store/constructor.h"
#include "store/handle.h"

#define SET UINT64_C(1)

static struct tl_event_object *event_of(const struct tl_handle *handle)
{
    return handle->object;
}

int tl_event_new(struct tl_handle *out, const char *name)
{
    int status;
    struct tl_event_object *event =
        tl_constructor_begin(out, TL_KIND_EVENT, name, 0, &status);
    if (!event)
        return status;
    tl_wait_queue_init(&event->was_set, event, TL_VERB_WAIT);
    return tl_constructor_finish(out, 0);
}

int tl_event_set(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_EVENT_SET);
    if (status < 0)
        return status;
    struct tl_event_object *event = event_of(handle);
    uint64_t word = atomic_load(&event->word);
    do {
        if (word & SET)
            return TL_OK;
    } while (!atomic_compare_exchange_weak(&event->word, &word,
                                           (word + 2) | SET)); /* commit */
    tl_fault();
    tl_wake(&event->was_set, TL_WAKE_ALL);
    return TL_OK;
}

int tl_event_clear(const struct tl_handle *handle)
{
    int status = tl_enter(handle, TL_OP_EVENT_CLEAR);
    if (status == TL_OK)
        atomic_fetch_and(&event_of(handle)->word, ~SET);
    return status;
}

bool tl_event_is_set(const struct tl_handle *handle)
{
    return tl_enter(handle, TL_OP_EVENT_IS_SET) == TL_OK &&
           (atomic_load(&event_of(handle)->word) & SET);
}

int tl_event_wait(const struct tl_handle *handle, tl_deadline deadline)
{
    int status = tl_enter(handle, TL_OP_EVENT_WAIT);
    if (status < 0)
        return status;
    struct tl_event_object *event = event_of(handle);
    uint64_t first = atomic_load(&event->word), word = first;
    while (!(word & SET) && word >> 1 == first >> 1) {
        status = tl_wait(&event->was_set, &event->word, word, deadline);
        if (status < 0)
            return status;
        word = atomic_load(&event->word);
    }
    return TL_OK;
}

int tl_event_ready(const struct tl_handle *handle, struct tl_watch *watch)
{
    struct tl_event_object *event = event_of(handle);
    uint64_t word = atomic_load(&event->word);
    *watch = (struct tl_watch){
        .condition = &event->was_set, .word = &event->word, .seen = word};
    return (word & SET) != 0;
}

void tl_event_describe(const struct tl_object *object, int side, char *text,
                       size_t size)
{
    const struct tl_event_object *event =
        (const struct tl_event_object *)object;
    (void)side;
    snprintf(text, size, "%s, %u waiting",
             atomic_load(&event->word) & SET ? "set" : "not set",
             tl_wait_queue_waiting(&event->was_set));
}
