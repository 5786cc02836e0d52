/*
 * Brief operations: what is told of their times and messages by how much these
 * differ from the ones before.
 */
#include "support/brief_calls.h"

#define OTHER_SITE UINT64_C(0x2000)

/* The unit of the last one that ended, if it is brief. */
static bool ended_brief(uint64_t number)
{
    uint64_t written = tl_lane_written(tl_lane);
    bool well = operate(TL_RECORDING_BEGIN, number, nothing) &&
                tl_lane_written(tl_lane) == written + 1;
    read_all();
    return well && span_of(here(), 0)->message == number;
}

/* The first is open, the next is brief again: forward, and back. */
static bool far_message_is_counted_from(uint64_t number)
{
    uint64_t written = tl_lane_written(tl_lane);
    bool well = operate(TL_RECORDING_END, number, nothing) &&
                tl_lane_written(tl_lane) > written + 1;
    read_all();
    return well && span_of(here(), 0)->message == number &&
           ended_brief(number + 1) && ended_brief(number - 4000) &&
           ended_brief(number + 4000);
}

/* A pipe's messages are told twice, the second time as twice the number. */
static bool direct(void)
{
    tl_recording_direction(1);
    return true;
}

static bool pipe_message_is_brief(void)
{
    bool well = operate(TL_RECORDING_BEGIN, 500000, direct);
    uint64_t written = tl_lane_written(tl_lane);
    well = well && operate(TL_RECORDING_BEGIN, 500001, direct) &&
           tl_lane_written(tl_lane) == written + 1;
    read_all();
    return well && span_of(here(), 1)->message == 1000001 &&
           span_of(here(), 0)->message == 1000003;
}

/* Each place counts its own messages. */
static bool places_count_apart(void)
{
    bool well = true;
    for (uint64_t n = 1; n < 100 && well; n++) {
        site = SITE;
        well = n < 3 ? operate(TL_RECORDING_BEGIN, n, nothing) : ended_brief(n);
        site = OTHER_SITE;
        well = well &&
               (n < 3 ? operate(TL_RECORDING_BEGIN, n << 40, nothing)
                      : operate(TL_RECORDING_BEGIN, (2 << 20) + n, nothing));
    }
    read_all();
    well = well && span_of(here(), 0)->message == (2 << 20) + 99 &&
           span_of(here(), 1)->message == 99 && ended_brief((2 << 20) + 100);
    site = SITE;
    return well && ended_brief(100);
}

/* As if the last one had been so long ago. */
static bool late_one_is_counted_from(enum tl_recording_moments moments)
{
    const uint64_t ago = UINT64_C(1) << TL_LANE_BRIEF_TIME_BITS;
    struct tl_drain_reader *reader = drain.readers[tl_task_number(tl_self)];
    bool well = ended_brief(30);
    int64_t before = span_of(here(), 0)->began;
    tl_lane->base -= ago;
    reader->base -= ago;
    well = well && operate(moments, 31, nothing);
    read_all();
    const struct tl_span *span = span_of(here(), 0);
    return well && span->message == 31 && span->began >= before &&
           span->began == span->ended && ended_brief(32) &&
           span_of(here(), 0)->began >= before && tl_lane->base == reader->base;
}

/* Where an operation that is open does not fit behind it, one unit is left:
 * whatever the stretch ends with. */
static bool gap_is_passed(void)
{
    bool well = true;
    for (uint64_t shift = 0; shift < 3; shift++) {
        uint64_t before = drain.operations, n = 0;
        while (well && n++ < TL_LANE_STRETCH)
            well =
                operate(TL_RECORDING_END, n, n <= shift ? sleep_once : nothing);
        n = TL_LANE_STRETCH;
        read_all();
        well = well && drain.operations == before + n &&
               span_of(here(), 0)->message == n &&
               span_of(here(), 99)->message == n - 99;
    }
    return well;
}

int main(void)
{
    if (!begin_recording())
        return lower_failures != 0;
    say(far_message_is_counted_from(9000000) &&
            far_message_is_counted_from(UINT64_MAX / 2) &&
            far_message_is_counted_from(10000),
        "a message that is far from the one before");
    say(pipe_message_is_brief(), "a message that is told twice");
    say(places_count_apart(), "messages of two places");
    say(late_one_is_counted_from(TL_RECORDING_BEGIN) &&
            late_one_is_counted_from(TL_RECORDING_END),
        "one that is long after the one before");
    say(gap_is_passed(), "the end of a stretch");
    return lower_failures != 0;
}
