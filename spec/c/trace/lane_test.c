/*
 * Lanes: what the recorder finds where it reads while a task writes, where
 * there is no room, and of operations within others.
 */
#include <pthread.h>
#include <string.h>

#include "support/lane_calls.h"

#define MANY 600000

static struct tl_recording_call before;

/* ---- at once ---- */

static _Atomic bool writing;

static void *write_many(void *unused)
{
    tl_arena_go(TL_HOME);
    while (!lower_enter())
        ;
    tl_recording_start(true);
    for (uint64_t n = 1; n <= MANY; n++)
        operate(n);
    tl_recording_ended(0);
    atomic_store(&writing, false);
    return unused;
}

/* Whether what was read since is whole, and in order. */
static bool are_whole(uint32_t task, uint64_t since, uint64_t *last)
{
    uint64_t count = count_of(task) - since;
    for (uint64_t n = count < 1000 ? count : 1000; n-- > 0;) {
        const struct tl_span *span = span_of(task, n);
        if (span->message <= *last || span->message > MANY ||
            span->ended < span->began || span->result != TL_TRACE_DONE)
            return false;
        *last = span->message;
    }
    return true;
}

static bool is_read_while_written(bool lazily)
{
    pthread_t writer;
    uint64_t last = 0, lost = file.lost, operations = drain.operations;
    uint32_t task = drain.tasks + 1;
    bool well = true, goes_on = true;
    atomic_store(&writing, true);
    pthread_create(&writer, NULL, write_many, NULL);
    while (goes_on) {
        goes_on = atomic_load(&writing);
        if (lazily && goes_on)
            continue;
        uint64_t since = count_of(task);
        tl_drain_all(&drain, TL_DRAIN_LIVE);
        well = well && are_whole(task, since, &last);
    }
    pthread_join(writer, NULL);
    tl_life_sweep();
    return well && file.tasks[task].ended &&
           drain.operations - operations + file.lost - lost == MANY &&
           (!lazily || (file.lost > lost && drain.operations > operations));
}

/* Where the reader keeps up, the writer goes round in a few pieces, lap after
 * lap; at whatever units a lap of the stretches ends. */
static bool read_memory_is_used_again(void)
{
    uint32_t task = tl_births_index(&drain, atomic_load(&tl_lane->task));
    uint64_t last = 0, lost = atomic_load(&tl_lane->lost);
    tl_lane->mapped = 0;
    for (uint64_t n = 1; n < MANY - TL_LANE_STRETCH;) {
        uint64_t since = count_of(task), many = TL_LANE_STRETCH / 2 + n % 100;
        for (uint64_t end = n + many; n < end; n++)
            operate(n);
        tl_drain_all(&drain, TL_DRAIN_LIVE);
        if (!are_whole(task, since, &last) || last != n - 1)
            return false;
    }
    return atomic_load(&tl_lane->lost) == lost &&
           __builtin_popcountll(tl_lane->mapped) <= 8;
}

/* ---- which operation ends when ---- */

static bool nested_lies_within(void)
{
    uintptr_t outer = (uintptr_t)__builtin_frame_address(0);
    tl_recording_call(outer, NULL, no_site, &before);
    uint32_t task = atomic_load(&tl_lane->task);
    tl_recording_operation(OPERATION, NULL, TL_RECORDING_END, false);
    operate(5);
    if (tl_lane->depth != 1)
        return false;
    tl_recording_return(outer, TL_TRACE_REFUSED);
    tl_recording_innermost = before;
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    const struct tl_span *inner = span_of(tl_births_index(&drain, task), 0),
                         *around = span_of(tl_births_index(&drain, task), 1);
    return inner->message == 5 && around->began <= inner->began &&
           around->ended >= inner->ended &&
           around->result == TL_TRACE_REFUSED && tl_lane->depth == 0;
}

/* A call that an error left without a word, then one from the same place. */
__attribute__((noinline)) static void leave(void)
{
    tl_recording_call((uintptr_t)__builtin_frame_address(0), NULL, no_site,
                      &before);
    begin();
}

static bool error_ends_it(void)
{
    uint32_t task = atomic_load(&tl_lane->task);
    leave();
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    tl_recording_call(frame, NULL, no_site, &before);
    bool closed = tl_lane->depth == 0 && before.frame == 0;
    tl_recording_return(frame, TL_TRACE_DONE);
    tl_recording_innermost = before;
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    return closed &&
           span_of(tl_births_index(&drain, task), 0)->result == TL_TRACE_RAISED;
}

static bool too_deep_is_lost(void)
{
    uint64_t before = atomic_load(&tl_lane->lost);
    for (int n = 0; n <= TL_LANE_NESTED; n++) {
        tl_recording_innermost.frame = (uintptr_t)1000 - (uintptr_t)n;
        begin();
    }
    bool well = atomic_load(&tl_lane->lost) == before + 1;
    tl_recording_innermost.frame = 2000;
    begin();
    return well && tl_lane->depth == 1;
}

static bool off_records_nothing(void)
{
    tl_recording_stop();
    uint64_t written = atomic_load(&tl_lane->written),
             lost = atomic_load(&tl_lane->lost);
    operate(1);
    return atomic_load(&tl_lane->written) == written &&
           atomic_load(&tl_lane->lost) == lost && !tl_recording_is_on();
}

/* ---- texts ---- */

/* What is told of an operation that took its time, by one moment or both. */
static bool moments_are_kept(void)
{
    uint32_t task = atomic_load(&tl_lane->task);
    for (uint64_t n = 0; n < 3; n++)
        operate_with(n + 1, (enum tl_recording_moments)n);
    operate_with(TL_LANE_NUMBER_MOST + 1, TL_RECORDING_END);
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    uint32_t index = tl_births_index(&drain, task);
    const struct tl_span *both = span_of(index, 3), *begin = span_of(index, 2),
                         *end = span_of(index, 1), *large = span_of(index, 0);
    return both->ended > both->began && begin->began > both->ended &&
           begin->ended == begin->began && end->ended == end->began &&
           end->began > begin->ended && both->message == 1 &&
           end->message == 3 && large->message == TL_LANE_NUMBER_MOST + 1;
}

static bool long_texts_are_cut(void)
{
    static char first[6000], second[6000];
    memset(first, 'a', sizeof first - 1);
    memset(second, 'b', sizeof second - 1);
    struct tl_lane_note note = {.what = TL_LANE_PLACE,
                                .texts = {first, second}};
    uint64_t written = tl_lane->written;
    bool well = tl_lane_write(tl_lane, &note);
    return well && tl_lane->written - written <= TL_LANE_SPARE;
}

int main(void)
{
    if (!begin_recording())
        return 1;
    say(is_read_while_written(false), "is read while a task writes");
    tl_lanes->counter = tl_ticks_has_counter();
    say(is_read_while_written(false), "the same by the processor's counter");
    tl_lanes->counter = false;
    say(is_read_while_written(true), "loses what it has no room for");
    say(read_memory_is_used_again(), "memory that was read is used again");
    say(nested_lies_within(), "what runs within an operation");
    say(error_ends_it(), "an error ends what it has left");
    say(moments_are_kept(), "moments are told as they were");
    say(too_deep_is_lost(), "what is nested too deeply is lost");
    say(long_texts_are_cut(), "two texts that are too long are cut");
    say(off_records_nothing(), "nothing is recorded when it is over");
    return lower_failures != 0;
}
