/*
 * Trace: the file in which a run is recorded (.tltrace), version 3.
 *
 *   header  24 bytes:
 *             8  magic, TL_TRACE_MAGIC
 *             4  version, little endian: TL_TRACE_VERSION
 *             4  flags, little endian: enum tl_trace_flag
 *             8  when it began, little endian: nanoseconds since 1970; 0: not
 *                known, as in a simulated run
 *   records to the end of the file, each a byte, enum tl_trace_tag, and its
 *             fields, in the order below
 *
 * A field is a number in LEB128: seven bits a byte, the lowest first, the top
 * bit says that more follow; ten bytes at most.  Of a signed one (marked so) it
 * is the zigzag form: n >= 0 is 2n, n < 0 is -2n - 1.  A text is its size in
 * bytes, then the bytes, without a 0; UTF-8 where what it names is.  Times are
 * nanoseconds from the trace's first moment.
 *
 *   TITLE      text: what was run, "kitchen.lua"; first, at most once
 *   OPERATION  index, word
 *   FILE       index, name: a script
 *   OBJECT     index, kind (a word, "queue"), number, name, space (the name of
 *              the space it is in; empty: the program's own), lock (the index
 *              of the lock that a condition was given; 0: it has its own, or is
 *              no condition)
 *   PLACE      index, operation (index), object (index, or 0), file (index, or
 *              0), line (or 0): what spans do, and where in the script
 *   TASK       index, parent (index; 0: none), pid, flags (enum
 *              tl_trace_task_flag), began, name, path of its script or empty
 *   END        task, time, how (enum tl_trace_how), signal (0: none, or not
 *              known); at most once for each task; a task without it still ran
 *              when the trace ended
 *   LOST       task, count: so many operations more of the task were not
 *              recorded
 *   MARK       task (0: none), time, text: what the run told
 *   SPANS      task, count, and so many spans
 *   TRAILER    length (the time of the last moment), operations (the number of
 *              spans in the file), lost (the sum of all LOST); last.  A file
 *              without it was cut off, in the midst of a record perhaps, and
 *              what stands before is true.
 *
 * An index is of its own kind of thing, from 1 without holes, in the order of
 * the file, and is defined before it is used.
 *
 * A span is one operation of one task, in one of three forms, which the lowest
 * bits of its first byte tell.  Most operations have one moment, soon after the
 * one before: these take four bytes, or eight, a little-endian number of these
 * fields, the first in the lowest bits:
 *
 *   small      0 (1 bit), place (8), began (14), message (9); result: DONE
 *   medium     1 (2 bits), result (2), place (12), began (24), message (24)
 *
 *   place      index, never 0
 *   began      after `began` of the task's span before, or after 0
 *   message    0: none; else 1 + the number, in the zigzag form, that it comes
 *              after the message of the task's span before that had one, or
 *              after 0.  A message is the number of what was put, got, sent or
 *              received, the same for both sides, and one alone in its object
 *              (and, in a pipe, in its direction, by the lowest bit).  From 1.
 *
 * It ended as it began, and never slept.  All others are large, of these
 * fields, which are as those of records:
 *
 *   head       bits, enum tl_trace_span_bit, the lowest two set; above them the
 *              place
 *   began      as above
 *   ended      after `began`; not if TL_TRACE_OPEN: the operation never ended
 *   slept      after `began`; and `waited`, how long it was asleep in all.
 *              Both only if TL_TRACE_SLEPT
 *   waker      task; and `called`, signed, after `slept`.  Both only if
 *              TL_TRACE_CALLED, which comes with TL_TRACE_SLEPT alone
 *   message    signed, after the one before, as above; only if TL_TRACE_MESSAGE
 *
 * What took no time to speak of has one moment: it ended as it began.  Of what
 * gives (a put, a release) that is when it began, of what takes (a get, an
 * acquire) when it ended: so a get never ends before the put of its message
 * began, nor an acquire before the release that let it.
 *
 * The spans of a task stand in the order in which they began; those of
 * different tasks are mixed.  A span that begins before another one of its task
 * has ended ran within it.
 */
#ifndef TL_PUBLIC_TRACE_H
#define TL_PUBLIC_TRACE_H

#define TL_TRACE_MAGIC "TLTRACE\n" /* without the 0 */
#define TL_TRACE_VERSION 3
#define TL_TRACE_HEADER 24
#define TL_TRACE_SUFFIX ".tltrace"

enum tl_trace_flag {
    TL_TRACE_LOGICAL = 1,   /* times are steps and not nanoseconds */
    TL_TRACE_SIMULATED = 2, /* its time was a simulation's */
    TL_TRACE_LAST = 4       /* only the last operations of each task */
};

enum tl_trace_tag {
    TL_TRACE_TITLE = 1,
    TL_TRACE_OPERATION,
    TL_TRACE_FILE,
    TL_TRACE_OBJECT,
    TL_TRACE_PLACE,
    TL_TRACE_TASK,
    TL_TRACE_END,
    TL_TRACE_LOST,
    TL_TRACE_MARK,
    TL_TRACE_SPANS,
    TL_TRACE_TRAILER
};

enum tl_trace_task_flag { TL_TRACE_THREAD = 1 };

enum tl_trace_how { TL_TRACE_ENDED, TL_TRACE_FAILED, TL_TRACE_KILLED };

/* Of a span in its small form, where the fields begin; the lowest bit is 0. */
enum tl_trace_small {
    TL_TRACE_SMALL_PLACE = 1,
    TL_TRACE_SMALL_BEGAN = 9,
    TL_TRACE_SMALL_MESSAGE = 23,
    TL_TRACE_SMALL_BITS = 32
};

/* Of one in its medium form; the lowest bits are 01. */
enum tl_trace_medium {
    TL_TRACE_MEDIUM = 1,
    TL_TRACE_MEDIUM_RESULT = 2,
    TL_TRACE_MEDIUM_PLACE = 4,
    TL_TRACE_MEDIUM_BEGAN = 16,
    TL_TRACE_MEDIUM_MESSAGE = 40,
    TL_TRACE_MEDIUM_BITS = 64
};

enum tl_trace_span_bit {
    TL_TRACE_LARGE = 3, /* the form: both bits */
    TL_TRACE_OPEN = 4,
    TL_TRACE_SLEPT = 8,
    TL_TRACE_CALLED = 16,
    TL_TRACE_MESSAGE = 32,
    TL_TRACE_RESULT_SHIFT = 6, /* two bits: enum tl_trace_result */
    TL_TRACE_PLACE_SHIFT = 8
};

enum tl_trace_result {
    TL_TRACE_DONE,
    TL_TRACE_REFUSED, /* or timed out: it returned false or nil */
    TL_TRACE_RAISED,
    TL_TRACE_UNKNOWN
};

#endif
