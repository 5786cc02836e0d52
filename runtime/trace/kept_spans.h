/*
 * Kept spans: the last operations of each task, in memory, for a file that is
 * written only where something goes wrong.
 */
#ifndef TL_KEPT_SPANS_H
#define TL_KEPT_SPANS_H

#include <stdint.h>

#include "trace/trace_file.h"

#define TL_KEPT_SPANS_MOST 4096 /* of a task; a power of 2 */

struct tl_kept_spans_of {
    struct tl_span *spans;
    uint32_t room;
    uint64_t count; /* of all that came; span n lies at n % room */
};

struct tl_kept_spans {
    struct tl_kept_spans_of *tasks; /* by index */
    uint32_t task_count;
};

void tl_kept_spans_add(struct tl_kept_spans *kept, const struct tl_span *span);

/* How many are there no more, for later ones of their tasks; and *since, the
 * moment from which on all are there. */
uint64_t tl_kept_spans_left_out(const struct tl_kept_spans *kept,
                                int64_t *since);

/* Writes all, in the order of the tasks. */
void tl_kept_spans_write(const struct tl_kept_spans *kept,
                         struct tl_trace_file *file);

#endif
