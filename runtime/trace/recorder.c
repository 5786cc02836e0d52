/*
 * Recorder: what the process does that writes a recording's file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "public/recording.h"
#include "trace/drain.h"

/* Between two writings of the last operations: what fails often is not written
 * each time. */
#define AGAIN_AFTER TL_SECOND

struct tl_recorder {
    struct tl_trace_file file;
    struct tl_kept_spans kept;
    struct tl_drain drain;
    char *path;
    bool last, written;
    int error;
    int64_t again; /* not before */
};

/* What the tasks have lost in an earlier recording is none of this one's. */
static bool make_readers(struct tl_drain *drain)
{
    /* relaxed, all: no task writes while no recording goes on */
    uint32_t highest =
        atomic_load_explicit(&tl_lanes->highest, memory_order_relaxed);
    for (uint32_t n = 0; n <= highest; n++) {
        struct tl_lane *lane = &tl_lanes->lanes[n];
        drain->readers[n] = calloc(1, sizeof *drain->readers[n]);
        if (!drain->readers[n])
            return false;
        drain->readers[n]->lost =
            atomic_load_explicit(&lane->lost, memory_order_relaxed);
        atomic_store_explicit(
            &lane->drained,
            atomic_load_explicit(&lane->written, memory_order_relaxed),
            memory_order_relaxed);
    }
    return true;
}

struct tl_recorder *tl_recorder_new(const struct tl_recorder_options *options)
{
    struct tl_recorder *recorder = calloc(1, sizeof *recorder);
    if (!recorder)
        return NULL;
    uint32_t flags = (options->simulated ? TL_TRACE_SIMULATED : 0) |
                     (options->last ? TL_TRACE_LAST : 0);
    tl_trace_file_begin(&recorder->file, options->fd, options->title, flags);
    recorder->path = strdup(options->path);
    recorder->last = options->last;
    recorder->drain.file = &recorder->file;
    tl_ticks_begin(&recorder->drain.ticks,
                   !options->simulated && tl_ticks_has_counter());
    recorder->drain.kept = options->last ? &recorder->kept : NULL;
    if (recorder->path && make_readers(&recorder->drain))
        return recorder;
    free(recorder->path);
    free(recorder);
    return NULL;
}

static void write_last(struct tl_recorder *recorder, enum tl_drain_how how)
{
    recorder->drain.trouble = false;
    recorder->again = tl_clock_real() + AGAIN_AFTER;
    tl_trace_file_forget_spans(&recorder->file);
    tl_kept_spans_write(&recorder->kept, &recorder->file);
    if (how != TL_DRAIN_FINAL)
        tl_drain_all(&recorder->drain, TL_DRAIN_PEEK);
    recorder->error = tl_trace_file_write(&recorder->file, recorder->path) < 0
                          ? recorder->file.error
                          : 0;
    recorder->written |= recorder->error == 0;
}

void tl_recorder_drain(struct tl_recorder *recorder)
{
    tl_drain_all(&recorder->drain, TL_DRAIN_LIVE);
    tl_trace_file_flush(&recorder->file);
    if (recorder->last && recorder->drain.trouble &&
        tl_clock_passed(recorder->again ? recorder->again : TL_NOW))
        write_last(recorder, TL_DRAIN_PEEK);
}

void tl_recorder_close(struct tl_recorder *recorder)
{
    tl_drain_all(&recorder->drain, TL_DRAIN_FINAL);
    if (recorder->last && (recorder->drain.trouble || recorder->written))
        write_last(recorder, TL_DRAIN_FINAL);
    if (!recorder->last) {
        tl_trace_file_end(&recorder->file);
        recorder->error = recorder->file.error;
        recorder->written = true;
    }
}

void tl_recorder_tell(const struct tl_recorder *recorder,
                      struct tl_recorder_report *out)
{
    int64_t since = 0;
    uint64_t left_out = tl_kept_spans_left_out(&recorder->kept, &since);
    *out = (struct tl_recorder_report){
        .left_out = left_out,
        .reach = recorder->file.length - since,
        .operations = recorder->last ? recorder->file.written
                                     : recorder->drain.operations,
        .lost = recorder->file.lost,
        .written = recorder->written,
        .error = recorder->error};
}
