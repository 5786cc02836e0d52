/*
 * Lane calls: a task that is recorded by the clock, by a drain of this process,
 * and operations of its; for tests of trace/lane.
 */
#ifndef LANE_CALLS_H
#define LANE_CALLS_H

#include "support/lower.h"
#include "trace/births.h"
#include "trace/drain.h"
#include "trace/recording.h"

#define OPERATION 7

static struct tl_trace_file file;
static struct tl_kept_spans kept;
static struct tl_drain drain = {.file = &file, .kept = &kept};

static inline const char *word_of(uint32_t operation)
{
    return operation == OPERATION ? "seven" : "other";
}

static const uint64_t no_site;

static inline void begin(void)
{
    tl_recording_operation(OPERATION, NULL, TL_RECORDING_BOTH, false);
}

/* What has the one moment of its end, or its beginning; or both. */
__attribute__((noinline, unused)) static void
operate_with(uint64_t number, enum tl_recording_moments moments)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    struct tl_recording_call around;
    tl_recording_call(frame, NULL, no_site, &around);
    tl_recording_operation(OPERATION, NULL, moments, false);
    tl_recording_message(number);
    tl_recording_return(frame, TL_TRACE_DONE);
    tl_recording_innermost = around;
}

static inline void operate(uint64_t number)
{
    operate_with(number, (enum tl_recording_moments)(number % 3));
}

/* The last span of a task that was read, n before that. */
static inline const struct tl_span *span_of(uint32_t task, uint64_t n)
{
    struct tl_kept_spans_of *list = &kept.tasks[task];
    return &list->spans[(list->count - 1 - n) % list->room];
}

static inline uint64_t count_of(uint32_t task)
{
    return task < kept.task_count ? kept.tasks[task].count : 0;
}

/* False: there is no memory. */
static inline bool begin_recording(void)
{
    if (!lower_init(UINT64_C(64) << 20) || tl_recording_prepare() < 0)
        return false;
    tl_recording_words.operation = word_of;
    tl_trace_file_begin(&file, -1, "test", 0);
    tl_recording_open(-1, true); /* by the clock */
    tl_ticks_begin(&drain.ticks, false);
    tl_recording_start(false);
    tl_drain_all(&drain, TL_DRAIN_LIVE); /* this task, before the others */
    return true;
}

#endif
