/*
 * Brief calls: a task that is recorded, by a drain of this process, and calls
 * of its that begin one operation each; for tests of trace/brief.
 */
#ifndef BRIEF_CALLS_H
#define BRIEF_CALLS_H

#include "support/lower.h"
#include "trace/births.h"
#include "trace/drain.h"
#include "trace/recording.h"

#define OPERATION 7
#define SITE UINT64_C(0x1000)

static struct tl_trace_file file;
static struct tl_kept_spans kept;
static struct tl_drain drain = {.file = &file, .kept = &kept};
static const struct tl_object object = {.kind = TL_KIND_QUEUE, .number = 3};

static const struct tl_kind kinds[TL_KINDS] = {
    [TL_KIND_QUEUE] = {.name = "queue"}};
static const struct tl_upcalls upcalls = {
    .kinds = kinds, .settle = lower_settle, .repair = lower_repair};

static inline const char *word_of(uint32_t operation)
{
    return operation == OPERATION ? "seven" : "other";
}

static inline void find(struct tl_recording_line *line, void *caller)
{
    (void)caller;
    *line = (struct tl_recording_line){
        .line = 5, .file = 1, .name = "a.lua", .direct = true};
}

/* ---- calls ---- */

static int caller;
static uint64_t site = SITE;
static bool was_brief; /* while the last call went on */

static inline void begin(enum tl_recording_moments moments)
{
    if (!tl_brief_begin(tl_lane, OPERATION, &object, moments))
        tl_recording_operation(OPERATION, &object, moments, false);
    was_brief = tl_open_is_brief(tl_lane) && !tl_open_depth(tl_lane);
}

static inline bool nothing(void)
{
    return true;
}

/* One that has this number, and does that meanwhile. */
__attribute__((noinline, unused)) static bool
operate(enum tl_recording_moments moments, uint64_t number,
        bool (*meanwhile)(void))
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    struct tl_recording_call around;
    tl_recording_call(frame, &caller, site, &around);
    begin(moments);
    tl_recording_message(number);
    bool well = meanwhile();
    well = tl_recording_return(frame, TL_TRACE_DONE) && well;
    tl_recording_innermost = around;
    return well;
}

static inline uint32_t here(void)
{
    return tl_births_index(&drain, atomic_load(&tl_lane->task));
}

/* The last one of the task that was read, n before that. */
static inline const struct tl_span *span_of(uint32_t task, uint64_t n)
{
    struct tl_kept_spans_of *list = &kept.tasks[task];
    return &list->spans[(list->count - 1 - n) % list->room];
}

static inline void read_all(void)
{
    tl_drain_all(&drain, TL_DRAIN_LIVE);
}

static inline bool sleep_once(void)
{
    tl_recording_sleeps();
    tl_recording_awake();
    return !tl_open_is_brief(tl_lane) && tl_open_depth(tl_lane) == 1;
}

/* False: none can be brief here, or there is no memory (a failure). */
static inline bool begin_recording(void)
{
    if (!lower_init(UINT64_C(64) << 20) || tl_recording_prepare() < 0)
        return !++lower_failures;
    if (!tl_ticks_has_counter()) {
        printf("ok - (the clock is no counter: none is brief)\n");
        return false;
    }
    tl_upcalls = &upcalls;
    tl_recording_words.operation = word_of;
    tl_recording_find = find;
    tl_trace_file_begin(&file, -1, "test", 0);
    tl_ticks_begin(&drain.ticks, true);
    tl_recording_open(-1, false);
    tl_recording_start(false);
    operate(TL_RECORDING_BEGIN, 10, nothing); /* its place is known then */
    read_all();
    return true;
}

#endif
