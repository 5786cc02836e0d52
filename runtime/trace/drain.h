/*
 * Drain: reads the lanes (trace/lane), as their one reader, and says what it
 * has found in the words of a trace file.
 */
#ifndef TL_DRAIN_H
#define TL_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/kept_spans.h"
#include "trace/lane.h"
#include "trace/ticks.h"
#include "trace/trace_file.h"

/* What the entries of a lane stand for (tl_trace_file_place), and whose it is.
 */
struct tl_drain_reader {
    uint32_t task;
    uint64_t lost; /* of the lane's, what was told */
    uint32_t places[TL_LANE_PLACES];
    uint64_t base; /* and what brief ones count from (trace/lane) */
    uint64_t messages[TL_LANE_PLACES];
};

struct tl_drain {
    struct tl_trace_file *file;
    struct tl_kept_spans *kept; /* NULL: spans go straight to the file */
    struct tl_drain_reader *readers[TL_LANES];
    int64_t origin;
    struct tl_ticks ticks;
    uint32_t *indexes; /* of the tasks in the file, by their number */
    uint32_t index_count, tasks;
    uint64_t operations;
    bool trouble; /* something went wrong with a task, since it was cleared */
};

enum tl_drain_how {
    TL_DRAIN_LIVE,  /* what is whole */
    TL_DRAIN_FINAL, /* all: no task writes any more, or nobody will look */
    TL_DRAIN_PEEK   /* what is left by LIVE goes to the file, and stays */
};

void tl_drain_all(struct tl_drain *drain, enum tl_drain_how how);

/* For the drain's own parts.  What the task's brief ones are that lie from the
 * position on, which is below `written`, as far as one follows the other in a
 * stretch: puts them into the file; how many. */
uint64_t tl_drain_brief(struct tl_drain *drain, struct tl_lane *lane,
                        struct tl_drain_reader *reader, uint64_t position,
                        uint64_t written);

/* The one that is that unit; the next is counted from it. */
struct tl_span tl_drain_brief_span(struct tl_drain *drain,
                                   struct tl_drain_reader *reader,
                                   uint64_t unit);

/* One at this entry that ended as it began, at that time. */
struct tl_span tl_drain_span(struct tl_drain *drain,
                             const struct tl_drain_reader *reader,
                             uint64_t entry, uint64_t began);

#endif
