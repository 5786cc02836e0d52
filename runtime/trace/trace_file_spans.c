/*
 * Trace file, spans: those of one task after the other, in blocks.
 */
#include "trace/trace_file.h"

#define FLUSH_AT (64 << 10)

static uint64_t head_of(const struct tl_span *span, uint32_t place)
{
    uint64_t head = (uint64_t)span->result << TL_TRACE_RESULT_SHIFT |
                    (uint64_t)place << TL_TRACE_PLACE_SHIFT;
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

/* The head, with the place where it is new. */
static unsigned char *put_place(struct tl_trace_file *file,
                                const struct tl_span *span, unsigned char *at)
{
    uint32_t *told = &file->places_told[span->place];
    at = tl_bytes_put(at, head_of(span, *told));
    if (*told)
        return at;
    *told = ++file->place_count;
    for (int i = 0; i < 4; i++)
        at = tl_bytes_put(at, file->places.keys[span->place - 1].parts[i]);
    return at;
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

#define SPAN_MOST ((size_t)12 * 10) /* bytes: twelve fields */

static void put_span(struct tl_trace_file *file,
                     struct tl_trace_file_task *task,
                     const struct tl_span *span)
{
    unsigned char *from = tl_bytes_reserve(&file->block, SPAN_MOST);
    if (!from)
        return;
    int64_t began = span->began > task->began ? span->began : task->began;
    unsigned char *at = put_place(file, span, from);
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
    file->block.used += (size_t)(at - from);
    tl_trace_file_say_time(file, span->ended > began ? span->ended : began);
}

void tl_trace_file_span(struct tl_trace_file *file, const struct tl_span *span)
{
    struct tl_trace_file_task *task = tl_trace_file_task_at(file, span->task);
    if (!span->task || !task)
        return;
    if (!span->place) {
        tl_trace_file_lost(file, span->task, 1);
        return;
    }
    if (file->block_task != span->task)
        tl_trace_file_end_block(file);
    file->block_task = span->task;
    file->block_count++;
    file->written++;
    put_span(file, task, span);
    if (!file->keeps && file->block.used >= FLUSH_AT)
        tl_trace_file_flush(file);
}

/* The block is of that task, has room, and knows the place. */
static bool goes_on(const struct tl_trace_file *file, uint32_t task,
                    uint32_t place)
{
    return file->block_task == task && file->block_count && place &&
           file->places_told[place] && file->block.used < FLUSH_AT &&
           file->block.room - file->block.used >= SPAN_MOST;
}

void tl_trace_file_brief(struct tl_trace_file *file,
                         const struct tl_trace_file_brief *brief)
{
    uint32_t index = brief->task, place = brief->place;
    if (__builtin_expect(!goes_on(file, index, place), 0)) {
        struct tl_span span = {.task = index,
                               .place = place,
                               .result = brief->result,
                               .began = brief->moment,
                               .ended = brief->moment,
                               .slept = -1,
                               .called = -1,
                               .message = brief->message};
        tl_trace_file_span(file, &span);
        return;
    }
    struct tl_trace_file_task *task = &file->tasks[index];
    unsigned char *from = file->block.data + file->block.used, *at = from;
    at = tl_bytes_put(at, (uint64_t)brief->result << TL_TRACE_RESULT_SHIFT |
                              (uint64_t)file->places_told[place]
                                  << TL_TRACE_PLACE_SHIFT |
                              (brief->message ? TL_TRACE_MESSAGE : 0));
    at = put_after(at, brief->moment, task->began);
    *at++ = 0; /* it ended as it began */
    if (brief->message) {
        at = tl_bytes_put_signed(at, (int64_t)(brief->message - task->message));
        task->message = brief->message;
    }
    if (brief->moment > task->began)
        task->began = brief->moment;
    tl_trace_file_say_time(file, task->began);
    file->block.used += (size_t)(at - from);
    file->block_count++;
    file->written++;
}
