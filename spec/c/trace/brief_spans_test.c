/*
 * Brief spans: each is what it was made of, at the greatest numbers of either
 * form, and one above them is none.
 */
#include <stdio.h>

#include "trace/brief_spans.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

#define BEFORE INT64_C(1000) /* `began` of the span before */
#define MESSAGE UINT64_C(50000000)

static int failures;

static void say(bool well, const char *what)
{
    printf("%s - %s\n", well ? "ok" : "not ok", what);
    failures += !well;
}

static uint64_t read_number(const unsigned char *at, unsigned bits)
{
    uint64_t number = 0;
    for (unsigned byte = 0; byte < bits / 8; byte++)
        number |= (uint64_t)at[byte] << 8 * byte;
    return number;
}

static uint64_t field(uint64_t number, unsigned from, unsigned to)
{
    return number >> from & ((UINT64_C(1) << (to - from)) - 1);
}

static uint64_t message_of(uint64_t told)
{
    uint64_t folded = told - 1;
    return told ? MESSAGE + ((folded >> 1) ^ (~(folded & 1) + 1)) : 0;
}

/* The span whose bytes these are, and how many. */
static size_t decode(const unsigned char *at, struct tl_brief_span *out)
{
    uint64_t number = read_number(at, TL_TRACE_SMALL_BITS);
    if (!(number & 1)) {
        *out = (struct tl_brief_span){
            .place = field(number, TL_TRACE_SMALL_PLACE, TL_TRACE_SMALL_BEGAN),
            .moment = BEFORE + (int64_t)field(number, TL_TRACE_SMALL_BEGAN,
                                              TL_TRACE_SMALL_MESSAGE),
            .message = message_of(number >> TL_TRACE_SMALL_MESSAGE)};
        return TL_TRACE_SMALL_BITS / 8;
    }
    number = read_number(at, TL_TRACE_MEDIUM_BITS);
    *out = (struct tl_brief_span){
        .place = field(number, TL_TRACE_MEDIUM_PLACE, TL_TRACE_MEDIUM_BEGAN),
        .moment = BEFORE + (int64_t)field(number, TL_TRACE_MEDIUM_BEGAN,
                                          TL_TRACE_MEDIUM_MESSAGE),
        .message = message_of(number >> TL_TRACE_MEDIUM_MESSAGE),
        .result = (enum tl_trace_result)field(number, TL_TRACE_MEDIUM_RESULT,
                                              TL_TRACE_MEDIUM_PLACE)};
    return (number & 3) == TL_TRACE_MEDIUM ? TL_TRACE_MEDIUM_BITS / 8 : 0;
}

/* How many bytes it takes by the format; 0: it has neither form. */
static size_t size_of(const struct tl_brief_span *span)
{
    int64_t after = span->moment - BEFORE;
    int64_t since = (int64_t)(span->message - MESSAGE);
    bool none = !span->message;
    if (span->place < 256 && after < 1 << 14 && !span->result &&
        (none || (since >= -255 && since <= 255)))
        return 4;
    int64_t most = 1 << 23;
    bool fits = span->place < 4096 && after < 1 << 24 &&
                (none || (since > -most && since < most));
    return fits ? 8 : 0;
}

static bool is_same(const struct tl_brief_span *a,
                    const struct tl_brief_span *b)
{
    return a->place == b->place && a->message == b->message &&
           a->result == b->result && a->moment == b->moment;
}

static bool comes_back(const struct tl_brief_span *span)
{
    unsigned char bytes[TL_BRIEF_SPANS_MOST];
    struct tl_brief_span read = {0};
    struct tl_brief_spans spans = {
        .at = bytes, .began = BEFORE, .message = MESSAGE};
    size_t size = size_of(span);
    bool put = tl_brief_spans_put(&spans, span);
    if (!size)
        return !put && spans.at == bytes && spans.count == 0 &&
               spans.began == BEFORE && spans.message == MESSAGE;
    return put && spans.at == bytes + size && decode(bytes, &read) == size &&
           is_same(&read, span) && spans.count == 1 &&
           spans.began == span->moment &&
           spans.message == (span->message ? span->message : MESSAGE);
}

static const uint64_t places[] = {1, 255, 256, 4095, 4096, UINT32_MAX};
static const int64_t moments[] = {0,       1,        16383,    16384,
                                  1 << 20, 16777215, 16777216, INT64_MAX / 4};
static const int64_t messages[] = {
    0,       1,        255,      256,       -255,      -256,     8388607,
    8388608, -8388607, -8388608, -49999999, INT64_MAX, INT64_MIN};

static bool all_come_back(uint64_t place, int64_t moment)
{
    bool well = true;
    for (int result = TL_TRACE_DONE; result <= TL_TRACE_UNKNOWN; result++) {
        struct tl_brief_span span = {.place = place,
                                     .moment = BEFORE + moment,
                                     .result = (enum tl_trace_result)result};
        well = well && comes_back(&span);
        for (size_t n = 0; n < COUNT(messages); n++) {
            span.message = MESSAGE + (uint64_t)messages[n];
            well = well && comes_back(&span);
        }
    }
    return well;
}

static bool numbers_come_back(void)
{
    bool well = true;
    for (size_t place = 0; place < COUNT(places); place++)
        for (size_t moment = 0; moment < COUNT(moments); moment++)
            well = well && all_come_back(places[place], moments[moment]);
    return well;
}

static bool none_goes_back(void)
{
    unsigned char bytes[TL_BRIEF_SPANS_MOST];
    struct tl_brief_span read = {0};
    struct tl_brief_spans spans = {.at = bytes, .began = BEFORE};
    struct tl_brief_span span = {.place = 1, .moment = BEFORE - 500};
    return tl_brief_spans_put(&spans, &span) && spans.began == BEFORE &&
           decode(bytes, &read) == 4 && read.moment == BEFORE;
}

static bool needs_a_place(void)
{
    unsigned char bytes[TL_BRIEF_SPANS_MOST];
    struct tl_brief_spans spans = {.at = bytes, .began = BEFORE};
    struct tl_brief_span span = {.moment = BEFORE};
    return !tl_brief_spans_put(&spans, &span) && spans.at == bytes;
}

int main(void)
{
    say(numbers_come_back(), "each comes back, or is not put");
    say(none_goes_back(), "none begins before the one before");
    say(needs_a_place(), "none is put that has no place");
    return failures != 0;
}
