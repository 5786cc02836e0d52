/*
 * Births: which task of the lanes is which of the file.
 *
 * A task may be named, as the parent or waker of another one, before its own
 * lane comes to be read: then that is searched for the record TASK.  It is
 * there: whoever names the task has seen it at work.
 */
#ifndef TL_BIRTHS_H
#define TL_BIRTHS_H

#include <stdint.h>

#include "trace/drain.h"

/* The index in the file of the task with that number, which is defined there
 * from now on; 0: it is not known. */
uint32_t tl_births_index(struct tl_drain *drain, uint32_t number);

/* The texts of the record at the position, each with its 0; the caller frees
 * them.  NULL: no memory. */
char *tl_births_texts(struct tl_lane *lane, uint64_t position, uint64_t head);

/* The time in the trace. */
static inline int64_t tl_births_moment(struct tl_drain *drain, uint64_t time)
{
    int64_t moment = (int64_t)time - drain->origin;
    return moment > 0 ? tl_ticks_time(&drain->ticks, moment) : 0;
}

#endif
