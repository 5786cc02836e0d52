/*
 * Brief operations: what is read of them, whatever befalls their task.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/brief_calls.h"

/* ---- what is told ---- */

static bool is_read_once(void)
{
    uint64_t before = drain.operations;
    read_all();
    return drain.operations == before;
}

static bool has_one_moment(enum tl_recording_moments moments)
{
    uint64_t written = tl_lane_written(tl_lane);
    bool well = operate(moments, 11, is_read_once) && was_brief &&
                tl_lane_written(tl_lane) == written + 1;
    read_all();
    const struct tl_span *span = span_of(here(), 0);
    return well && span->message == 11 && span->began == span->ended &&
           span->began > 0 && span->slept == -1 &&
           span->result == TL_TRACE_DONE && span->place;
}

static bool has_both(const struct tl_span *span, uint64_t number)
{
    return span->message == number && span->ended > span->began;
}

static bool takes_its_time(void)
{
    bool well = operate(TL_RECORDING_BOTH, 12, nothing) && was_brief;
    read_all();
    return well && has_both(span_of(here(), 0), 12);
}

static bool lasts(void)
{
    tl_recording_lasts();
    return tl_open_is_brief(tl_lane);
}

static bool lasting_is_told(void)
{
    bool well = operate(TL_RECORDING_END, 13, lasts) &&
                operate(TL_RECORDING_BEGIN, 14, lasts);
    read_all();
    return well && has_both(span_of(here(), 1), 13) &&
           has_both(span_of(here(), 0), 14);
}

static bool sleep_is_told(void)
{
    bool well = operate(TL_RECORDING_END, 15, sleep_once) && was_brief;
    read_all();
    const struct tl_span *span = span_of(here(), 0);
    return well && has_both(span, 15) && span->slept >= span->began &&
           operate(TL_RECORDING_END, 16, nothing) && was_brief;
}

static bool operate_within(void)
{
    return operate(TL_RECORDING_BEGIN, 18, nothing) && !was_brief;
}

static bool nested_lies_within(void)
{
    bool well = operate(TL_RECORDING_END, 17, operate_within);
    read_all();
    const struct tl_span *inner = span_of(here(), 0),
                         *outer = span_of(here(), 1);
    return well && inner->message == 18 && outer->began <= inner->began &&
           outer->ended >= inner->ended && outer->ended > outer->began;
}

static bool large_number_is_told(void)
{
    bool well = operate(TL_RECORDING_END, TL_LANE_NUMBER_MOST + 1, nothing);
    read_all();
    return well && span_of(here(), 0)->message == TL_LANE_NUMBER_MOST + 1;
}

static bool mark(void)
{
    tl_recording_mark("here");
    return true;
}

static bool mark_is_told(void)
{
    bool well = operate(TL_RECORDING_BEGIN, 19, mark);
    drain.trouble = false;
    read_all();
    return well && drain.trouble && span_of(here(), 0)->message == 19;
}

/* A call that an error left without a word. */
__attribute__((noinline)) static void leave(void)
{
    struct tl_recording_call around;
    tl_recording_call((uintptr_t)__builtin_frame_address(0), &caller, SITE,
                      &around);
    begin(TL_RECORDING_BEGIN);
}

static bool error_ends_it(void)
{
    leave();
    bool well = was_brief && operate(TL_RECORDING_BEGIN, 20, nothing);
    read_all();
    return well && span_of(here(), 1)->result == TL_TRACE_RAISED &&
           span_of(here(), 0)->message == 20;
}

/* ---- room ---- */

static bool many_are_whole(void)
{
    uint64_t before = drain.operations;
    for (uint64_t n = 1; n <= 3 * TL_LANE_UNITS; n++) {
        if (!operate(TL_RECORDING_BEGIN, n, nothing))
            return false;
        if (n % 5000 == 0)
            read_all();
    }
    read_all();
    return drain.operations == before + 3 * TL_LANE_UNITS &&
           span_of(here(), 0)->message == 3 * TL_LANE_UNITS;
}

static bool too_many_are_lost(void)
{
    uint64_t before = drain.operations, lost = atomic_load(&tl_lane->lost);
    for (uint64_t n = 1; n <= 2 * TL_LANE_UNITS; n++)
        operate(TL_RECORDING_BEGIN, n, nothing);
    lost = atomic_load(&tl_lane->lost) - lost;
    read_all();
    return lost >= TL_LANE_UNITS &&
           drain.operations - before + lost == 2 * TL_LANE_UNITS &&
           operate(TL_RECORDING_BEGIN, 21, nothing);
}

/* ---- deaths, and other recordings ---- */

static bool die(void)
{
    kill(getpid(), SIGKILL);
    return false;
}

static void die_within(void)
{
    operate(TL_RECORDING_BEGIN, 1, nothing);
    operate(TL_RECORDING_BEGIN, 2, die);
}

static void do_one(void)
{
    operate(TL_RECORDING_BEGIN, 3, nothing);
    tl_recording_ended(0);
}

static void run(void (*body)(void))
{
    int status;
    read_all();
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        tl_task_quit_all();
        if (!lower_enter())
            _exit(1);
        tl_recording_start(false);
        body();
        _exit(0);
    }
    waitpid(pid, &status, 0);
}

/* The next tenant tells of it. */
static bool death_within_is_told(void)
{
    run(die_within);
    uint64_t before = drain.operations;
    read_all();
    uint32_t dead = drain.tasks;
    bool well = drain.operations == before + 1;
    tl_life_sweep();
    run(do_one);
    tl_life_sweep();
    read_all();
    const struct tl_span *span = span_of(dead, 0);
    return well && drain.operations == before + 3 && span->ended == -1 &&
           span->began > span_of(dead, 1)->began &&
           span->result == TL_TRACE_UNKNOWN;
}

static bool last_and_die(void)
{
    tl_recording_lasts();
    return die();
}

static void die_lasting(void)
{
    operate(TL_RECORDING_BEGIN, 1, nothing);
    operate(TL_RECORDING_END, 2, last_and_die);
}

/* When it began is told of what lasted, though its unit does not say. */
static bool death_of_what_lasts_is_told(void)
{
    run(die_lasting);
    read_all();
    uint32_t dead = drain.tasks;
    tl_life_sweep();
    run(do_one);
    tl_life_sweep();
    read_all();
    const struct tl_span *span = span_of(dead, 0);
    return span->ended == -1 && span->began > span_of(dead, 1)->began;
}

/* As does the last look, where there is none. */
static bool death_is_told_at_last(void)
{
    run(die_within);
    uint64_t before = drain.operations;
    tl_drain_all(&drain, TL_DRAIN_FINAL);
    tl_life_sweep();
    return drain.operations == before + 2 &&
           span_of(drain.tasks, 0)->ended == -1;
}

/* As a new recorder does, and the program. */
static bool begin_another(void)
{
    tl_recording_stop();
    memset(drain.readers[tl_task_number(tl_self)], 0, sizeof *drain.readers[0]);
    atomic_store(&tl_lane->drained, tl_lane_written(tl_lane));
    tl_recording_open(-1, false);
    return true;
}

static bool none_is_told_of_another_recording(void)
{
    uint64_t before = drain.operations;
    bool well = operate(TL_RECORDING_BEGIN, 22, begin_another);
    read_all();
    well = well && drain.operations == before;
    operate(TL_RECORDING_BEGIN, 23, nothing);
    read_all();
    return well && drain.operations == before + 1;
}

int main(void)
{
    if (!begin_recording())
        return lower_failures != 0;
    say(has_one_moment(TL_RECORDING_BEGIN), "one moment, as it begins");
    say(has_one_moment(TL_RECORDING_END), "one moment, as it ends");
    say(takes_its_time(), "both moments of what takes its time");
    say(lasting_is_told(), "both moments of what comes to take its time");
    say(sleep_is_told(), "a sleep within it");
    say(nested_lies_within(), "another one within it");
    say(large_number_is_told(), "a message of a large number");
    say(mark_is_told(), "a mark within it");
    say(error_ends_it(), "an error ends what it has left");
    say(many_are_whole(), "three laps are whole");
    say(too_many_are_lost(), "what there is no room for is lost, and counted");
    say(death_within_is_told(), "a death within it, by the next tenant");
    say(death_of_what_lasts_is_told(), "a death within what takes its time");
    say(death_is_told_at_last(), "a death within it, by the last look");
    say(none_is_told_of_another_recording(), "what began before a recording");
    return lower_failures != 0;
}
