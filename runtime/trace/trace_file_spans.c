/*
 * Trace file, spans: those of one task after the other, in blocks.
 */
#include "trace/trace_file.h"

#define FLUSH_AT (256 << 10)
#define HEAD_MOST (1 + 10 + TL_TRACE_FILE_COUNT)
#define LARGE_MOST ((size_t)8 * 10) /* bytes: eight fields */

/* ---- blocks ---- */

/* Where a span of the task goes that takes `most` bytes; NULL: no memory. */
static unsigned char *reserve(struct tl_trace_file *file, uint32_t task,
                              size_t most)
{
    struct tl_bytes *bytes = tl_trace_file_spans(file);
    if (!file->keeps && bytes->used >= FLUSH_AT)
        tl_trace_file_flush(file);
    if (file->block_task != task)
        tl_trace_file_end_block(file);
    unsigned char *from = tl_bytes_reserve(bytes, HEAD_MOST + most), *at = from;
    if (!from || file->block)
        return from;
    *at++ = TL_TRACE_SPANS;
    at = tl_bytes_put(at, task);
    bytes->used += (size_t)(at - from);
    file->block = bytes->used;
    file->block_task = task;
    file->block_count = 0;
    bytes->used += TL_TRACE_FILE_COUNT;
    return bytes->data + bytes->used;
}

/* Up to there it is full. */
static void fill(struct tl_trace_file *file, const unsigned char *at,
                 uint32_t count)
{
    struct tl_bytes *bytes = tl_trace_file_spans(file);
    bytes->used = (size_t)(at - bytes->data);
    file->block_count += count;
    file->written += count;
}

/* ---- brief ones ---- */

bool tl_trace_file_begin_brief(struct tl_trace_file *file, uint32_t task,
                               size_t most, struct tl_brief_spans *out)
{
    struct tl_trace_file_task *entry = tl_trace_file_task_at(file, task);
    unsigned char *at =
        task && entry ? reserve(file, task, most * TL_BRIEF_SPANS_MOST) : NULL;
    if (at)
        *out = (struct tl_brief_spans){
            .at = at, .began = entry->began, .message = entry->message};
    return at != NULL;
}

void tl_trace_file_end_brief(struct tl_trace_file *file, uint32_t task,
                             const struct tl_brief_spans *brief)
{
    struct tl_trace_file_task *entry = &file->tasks[task];
    entry->began = brief->began;
    entry->message = brief->message;
    tl_trace_file_say_time(file, brief->began);
    fill(file, brief->at, (uint32_t)brief->count);
}

/* Whether it was put as one. */
static bool put_brief(struct tl_trace_file *file, const struct tl_span *span)
{
    struct tl_brief_spans brief;
    if (span->ended != span->began || span->slept >= 0 ||
        !tl_trace_file_begin_brief(file, span->task, 1, &brief))
        return false;
    bool well = tl_brief_spans_put(
        &brief, &(struct tl_brief_span){.place = span->place,
                                        .message = span->message,
                                        .result = span->result,
                                        .moment = span->began});
    tl_trace_file_end_brief(file, span->task, &brief);
    return well;
}

/* ---- large ones ---- */

static uint64_t head_of(const struct tl_span *span)
{
    uint64_t head = TL_TRACE_LARGE |
                    (uint64_t)span->result << TL_TRACE_RESULT_SHIFT |
                    (uint64_t)span->place << TL_TRACE_PLACE_SHIFT;
    if (span->ended < 0)
        head |= TL_TRACE_OPEN;
    if (span->slept >= 0)
        head |= TL_TRACE_SLEPT;
    if (span->slept >= 0 && span->called >= 0)
        head |= TL_TRACE_CALLED;
    if (span->message)
        head |= TL_TRACE_MESSAGE;
    return head;
}

/* Never before the moment that it counts from. */
static unsigned char *put_after(unsigned char *at, int64_t time, int64_t before)
{
    return tl_bytes_put(at, time > before ? (uint64_t)(time - before) : 0);
}

static unsigned char *put_sleep(unsigned char *at, const struct tl_span *span,
                                int64_t began)
{
    at = put_after(at, span->slept, began);
    at = tl_bytes_put(at, span->waited);
    if (span->called < 0)
        return at;
    at = tl_bytes_put(at, span->waker);
    return tl_bytes_put_signed(at, span->called - span->slept);
}

static void put_large(struct tl_trace_file *file,
                      struct tl_trace_file_task *task,
                      const struct tl_span *span)
{
    unsigned char *at = reserve(file, span->task, LARGE_MOST);
    if (!at)
        return;
    int64_t began = span->began > task->began ? span->began : task->began;
    at = tl_bytes_put(at, head_of(span));
    at = put_after(at, began, task->began);
    if (span->ended >= 0)
        at = put_after(at, span->ended, began);
    if (span->slept >= 0)
        at = put_sleep(at, span, began);
    if (span->message) {
        at = tl_bytes_put_signed(at, (int64_t)(span->message - task->message));
        task->message = span->message;
    }
    task->began = began;
    tl_trace_file_say_time(file, span->ended > began ? span->ended : began);
    fill(file, at, 1);
}

void tl_trace_file_span(struct tl_trace_file *file, const struct tl_span *span)
{
    struct tl_trace_file_task *task = tl_trace_file_task_at(file, span->task);
    if (!span->task || !task)
        return;
    if (!span->place)
        tl_trace_file_lost(file, span->task, 1);
    else if (!put_brief(file, span))
        put_large(file, task, span);
}
