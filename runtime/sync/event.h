/*
 * Event: a flag to wait for.
 *
 * The word: bit 0 tells whether the event is set, the rest counts how often it
 * was set while clear.  So a waiter that is slow to wake still sees that the
 * event was set, though it was cleared at once.
 */
#ifndef TL_SYNC_EVENT_H
#define TL_SYNC_EVENT_H

#include "memory/object.h"
#include "wait/wait_many.h"

struct tl_event_object {
    struct tl_object object;
    _Atomic uint64_t word;        /* a watch word */
    struct tl_wait_queue was_set; /* wake all: a set is for everybody */
};

int tl_event_ready(const struct tl_handle *handle, struct tl_watch *watch);
void tl_event_describe(const struct tl_object *object, int side, char *text,
                       size_t size);

#endif
