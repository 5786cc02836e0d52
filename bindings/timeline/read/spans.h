/*
 * Spans: the operations of a trace, as they are read of the SPANS records of
 * its file (public/trace.h), and their order.
 *
 * Memory grows with what was read and never by a number of the file.  What a
 * span says of itself is made to fit: it waits within itself only.
 */
#ifndef TIMELINE_SPANS_H
#define TIMELINE_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "timeline/read/bytes.h"

/* Times are below it, so that sums of a few do not overflow. */
#define SPANS_MOST_TIME ((uint64_t)1 << 60)

struct span {
    /* as in timeline/model.lua; message is any 64 bits, shown as they are */
    int64_t began, ended, slept, waited, called, message;
    uint32_t task, waker, place, result;
};

/* What an operation is, and where in the script. */
struct place {
    uint32_t operation, object, file, line;
};

/* Of a task: what its next span counts from. */
struct progress {
    uint64_t began, message;
};

struct spans {
    struct span *list;      /* as they stand in the file */
    uint32_t *order;        /* which comes when; NULL: as they stand */
    struct place *places;   /* the n-th of the file is places[n - 1] */
    struct progress *tasks; /* of task n: tasks[n - 1] */
    uint32_t count, room, place_count, place_room, task_count, task_room;
    uint32_t operations, objects, files; /* how many are defined so far */
    uint64_t latest;                     /* moment that a span tells of */
};

/* What reading comes to. */
enum spans_status { SPANS_WELL, SPANS_BROKEN, SPANS_NO_MEMORY };

/* One more task; false: no memory. */
bool spans_add_task(struct spans *spans);

/* Reads the fields of a PLACE record behind its index. */
enum spans_status spans_add_place(struct spans *spans, struct bytes *bytes);

/* Reads the fields of a SPANS record.  Those before a broken one are kept. */
enum spans_status spans_read(struct spans *spans, struct bytes *bytes);

/* One more that is made, and no part of a file; false: no memory. */
bool spans_add(struct spans *spans, const struct span *span,
               const struct place *place);

/* Puts them into the order of `began`, those of one time as they stand in the
 * file, and drops wakers that are not known; false: no memory. */
bool spans_finish(struct spans *spans);

/* The span that comes at `index`, from 0. */
static inline const struct span *spans_at(const struct spans *spans,
                                          size_t index)
{
    return &spans->list[spans->order ? spans->order[index] : index];
}

static inline const struct place *spans_place(const struct spans *spans,
                                              const struct span *span)
{
    return &spans->places[span->place];
}

void spans_free(struct spans *spans);

#endif
