/*
 * Lanes of tasks that are killed at any point of a record: what the recorder
 * finds, and the next tenant.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/lane_calls.h"

static uint32_t slot; /* of the child that ran last */

static void run(void (*body)(void))
{
    int status, ends[2];
    if (pipe(ends) < 0)
        _exit(1);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        tl_task_quit_all();
        if (!lower_enter())
            _exit(1);
        uint32_t number = tl_task_number(tl_self);
        if (write(ends[1], &number, sizeof number) < 0)
            _exit(1);
        tl_recording_start(false);
        body();
        _exit(0);
    }
    close(ends[1]);
    if (read(ends[0], &slot, sizeof slot) < 0)
        slot = 0;
    close(ends[0]);
    waitpid(pid, &status, 0);
}

static void die_within(void)
{
    operate(1);
    begin();
    tl_recording_sleeps();
    tl_recording_awake();
    kill(getpid(), SIGKILL);
}

static void do_one(void)
{
    operate(1);
    tl_recording_ended(3);
}

static bool death_within_is_passed(void)
{
    run(die_within);
    tl_recording_dead(tl_task_at(slot), 9);
    uint64_t before = drain.operations;
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    uint32_t dead = drain.tasks;
    if (drain.operations != before + 1 || count_of(dead) != 1 ||
        !file.tasks[dead].ended || !drain.trouble)
        return false;
    tl_life_sweep();
    run(do_one);
    tl_life_sweep();
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    const struct tl_span *span = span_of(dead, 0);
    return count_of(dead) == 2 && span->ended == -1 && span->slept >= 0 &&
           span->result == TL_TRACE_UNKNOWN && drain.tasks == dead + 1 &&
           count_of(dead + 1) == 1 && span_of(dead + 1, 0)->ended >= 0;
}

/* A record that was filled in, and not said to be written. */
static void die_before_written(void)
{
    tl_unit *unit = tl_lane_unit(tl_lane, atomic_load(&tl_lane->written));
    atomic_store(&unit[0], ~UINT64_C(0));
    atomic_store(&unit[1], ~UINT64_C(0));
    kill(getpid(), SIGKILL);
}

/* An end that is there behind the operation, which does not say so. */
static void die_before_whole(void)
{
    static const uint64_t words[TL_LANE_WORDS - 1] = {
        [TL_LANE_MORE_ENDED - 1] = 1, [TL_LANE_MORE_MESSAGE - 1] = 99};
    begin();
    tl_lane_write_words(tl_lane, TL_LANE_MORE, words);
    kill(getpid(), SIGKILL);
}

static bool torn_record_is_not_there(void)
{
    uint64_t before = drain.operations;
    run(die_before_written);
    tl_life_sweep();
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    if (drain.operations != before)
        return false;
    run(do_one);
    tl_life_sweep();
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    return drain.operations == before + 1 && span_of(drain.tasks, 0)->message;
}

static bool torn_end_is_none(void)
{
    run(die_before_whole);
    tl_life_sweep();
    tl_drain_all(&drain, TL_DRAIN_FINAL);
    const struct tl_span *span = span_of(drain.tasks, 0);
    return span->ended == -1 && span->message == 0;
}

/* Of two stretches ahead, as the writer does: what is read lies elsewhere. */
static void die_in_exchange(void)
{
    uint64_t here = atomic_load(&tl_lane->written) / TL_LANE_STRETCH;
    atomic_store(&tl_lane->pieces[(here + 3) % TL_LANE_PIECES],
                 atomic_load(&tl_lane->pieces[(here + 7) % TL_LANE_PIECES]));
    kill(getpid(), SIGKILL);
}

/* The same in a stretch that is entered next, behind what is open: the next
 * tenant tells of that there. */
static void die_in_exchange_within(void)
{
    const uint64_t last = TL_LANE_STRETCH - TL_LANE_OPERATION_UNITS;
    while (atomic_load(&tl_lane->written) % TL_LANE_STRETCH < last)
        operate_with(1, TL_RECORDING_END);
    begin();
    uint64_t from = atomic_load(&tl_lane->drained) / TL_LANE_STRETCH - 1;
    while (tl_lane->given >> from % TL_LANE_PIECES & 1)
        from--;
    atomic_store(
        &tl_lane->pieces[from % TL_LANE_PIECES],
        atomic_load(&tl_lane->pieces[tl_lane->entered % TL_LANE_PIECES]));
    kill(getpid(), SIGKILL);
}

static bool open_is_told_in_whole_pieces(void)
{
    run(die_in_exchange_within);
    tl_life_sweep();
    run(do_one);
    tl_life_sweep();
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    return span_of(drain.tasks - 1, 0)->ended == -1 &&
           span_of(drain.tasks, 0)->ended >= 0;
}

static bool pieces_are_whole(void)
{
    uint64_t named = 0;
    run(die_in_exchange);
    tl_life_sweep();
    run(do_one);
    tl_life_sweep();
    for (unsigned n = 0; n < TL_LANE_PIECES; n++)
        named |= UINT64_C(1) << tl_lanes->lanes[slot].pieces[n];
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    return named == UINT64_MAX && span_of(drain.tasks, 0)->message;
}

/* So that stretches of the lane have been read. */
static void do_many(void)
{
    for (uint64_t n = 1; n <= 3 * TL_LANE_STRETCH; n++)
        operate(n);
    tl_recording_ended(0);
}

int main(void)
{
    if (!begin_recording())
        return 1;
    run(do_many);
    tl_life_sweep();
    tl_drain_all(&drain, TL_DRAIN_LIVE);
    say(death_within_is_passed(), "a death within an operation");
    say(torn_record_is_not_there(), "a death before a record is written");
    say(torn_end_is_none(), "a death before an end is whole");
    say(pieces_are_whole(), "a death between two pieces");
    say(open_is_told_in_whole_pieces(),
        "a death between two pieces, within an operation");
    return lower_failures != 0;
}
