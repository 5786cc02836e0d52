/*
 * Brief spans: those of a task that have one moment each, and did not sleep, in
 * the small form or the medium one of a trace's file (public/trace).
 *
 * Most operations are such, and the recorder has no idle CPU to itself: so what
 * is done of each is a few steps, of which none is decided by its numbers but
 * whether it can be brief at all.
 */
#ifndef TL_BRIEF_SPANS_H
#define TL_BRIEF_SPANS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "public/trace.h"

#define TL_BRIEF_SPANS_MOST (TL_TRACE_MEDIUM_BITS / 8) /* bytes of one */

struct tl_brief_spans {
    unsigned char *at; /* where the next one goes */
    int64_t began;     /* that of the task's span before */
    uint64_t message, count;
};

struct tl_brief_span {
    uint64_t place, message; /* 0: none */
    enum tl_trace_result result;
    int64_t moment;
};

/* Puts it where there is room for TL_BRIEF_SPANS_MOST; false: one of its
 * numbers is too great, and nothing was put. */
static inline bool tl_brief_spans_put(struct tl_brief_spans *spans,
                                      const struct tl_brief_span *span)
{
    uint64_t place = span->place, message = span->message;
    uint64_t result = (uint64_t)span->result;
    /* never before the moment that it counts from */
    int64_t began = span->moment > spans->began ? span->moment : spans->began;
    uint64_t after = (uint64_t)(began - spans->began);
    int64_t since = (int64_t)(message - spans->message);
    uint64_t folded = (uint64_t)since << 1 ^ (uint64_t)(since >> 63);
    folded = message ? folded : 0;
    uint64_t told = folded + (message != 0);
    if ((after | folded | told) >> 24 || place >> 12 || !place)
        return false;
    uint64_t small = place << TL_TRACE_SMALL_PLACE |
                     after << TL_TRACE_SMALL_BEGAN |
                     told << TL_TRACE_SMALL_MESSAGE;
    uint64_t medium = TL_TRACE_MEDIUM | result << TL_TRACE_MEDIUM_RESULT |
                      place << TL_TRACE_MEDIUM_PLACE |
                      after << TL_TRACE_MEDIUM_BEGAN |
                      told << TL_TRACE_MEDIUM_MESSAGE;
    bool is_small = !(place >> 8 | after >> 14 | told >> 9 | result);
    uint64_t bytes = htole64(is_small ? small : medium);
    memcpy(spans->at, &bytes, sizeof bytes);
    spans->at += (is_small ? TL_TRACE_SMALL_BITS : TL_TRACE_MEDIUM_BITS) / 8;
    spans->began = began;
    spans->message = message ? message : spans->message;
    spans->count++;
    return true;
}

#endif
