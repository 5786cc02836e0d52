/*
 * Lane: where one task writes what it does, for a recorder that reads all of
 * them (trace/drain).
 *
 * Each slot of the program's own arena has a lane, and its tenants write there
 * one after the other: so a lane has one writer at a time, and one reader.  It
 * is a ring of records, which lies in a shared mapping of its own, made before
 * the first task that is to be recorded, inherited by forks at its address, and
 * backed on touch.
 *
 * A record is eight words.  Position p lies at p % TL_LANE_RECORDS; positions
 * below `drained` are the reader's no more, those from `written` on the
 * writer's alone.
 *
 *   written   moves when a record is whole but for the end of its operation
 *             (release), and the reader looks at no position from there on
 *             (acquire).  A writer that is killed before has written nothing.
 *   HEAD      of an operation: OPEN, then WHOLE (release) once the words of its
 *             end are there.  The reader stops at an OPEN one (acquire), for
 *             its task is still in it; but for one of a tenant that has gone:
 *             that is as whole as it will ever be.
 *   drained   moves when the reader has copied what lies before (release); a
 *             writer that finds room by it (acquire) writes over that.
 *   lost      grows where there is no room; the writer never waits.
 *
 * A writer that is killed within an operation leaves it OPEN, with what was
 * known of it: so slept, waited and the waker are written as they come.  Each
 * word is atomic: a reader that looks at an OPEN record (the last look of all)
 * finds each of them as it was or as it is.
 *
 * The next tenant goes on at `written`: its claim of the slot comes after the
 * end of the one before (tasks/task), or after that one's death, and so do its
 * loads.  The record TASK is the first of each tenant, `tenancy` its position;
 * what lies before it is final.
 */
#ifndef TL_LANE_H
#define TL_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "memory/arena.h"
#include "tasks/task.h"

#define TL_LANES (TL_TASKS_MOST + 1)
#define TL_LANE_RECORDS UINT64_C(16384) /* a power of 2 */
#define TL_LANE_SPARE 64                /* records, for what is no operation */
#define TL_LANE_OBJECTS 1024            /* a power of 2 */
#define TL_LANE_FILES 256               /* with the one of index 0, none */
#define TL_LANE_NESTED 8

enum tl_lane_what {
    TL_LANE_OPERATION = 1,
    TL_LANE_OBJECT, /* of an entry of the lane's table of objects, from now on
                     */
    TL_LANE_FILE,   /* the same of a script */
    TL_LANE_TASK,   /* the lane is this task's from now on */
    TL_LANE_END,    /* of a task, not of this one perhaps */
    TL_LANE_MARK
};

enum tl_lane_word {
    TL_LANE_HEAD, /* what (8 bits), open (1), result (2), blocks (16 to 31),
                     number (32 to 63): the waker; of a TASK or END the task */
    TL_LANE_BEGAN,
    TL_LANE_ENDED,
    TL_LANE_SLEPT,
    TL_LANE_WAITED,
    TL_LANE_CALLED,
    TL_LANE_MESSAGE,
    TL_LANE_PLACE, /* line (24 bits), file (8), object (16), operation (16) */
    TL_LANE_WORDS
};

#define TL_LANE_OPEN (UINT64_C(1) << 8)
#define TL_LANE_RESULT_SHIFT 9
#define TL_LANE_BLOCKS_SHIFT 16
#define TL_LANE_NUMBER_SHIFT 32

/* Of the other records: the words behind HEAD.  The texts that belong to them,
 * each with its 0, fill the `blocks` records that follow. */
enum { TL_LANE_OBJECT_ENTRY = 1, TL_LANE_OBJECT_KIND, TL_LANE_OBJECT_NUMBER };
enum { TL_LANE_FILE_ENTRY = 1 };
enum {
    TL_LANE_TASK_PARENT = 1, /* and flags (enum tl_trace_task_flag) from 32 */
    TL_LANE_TASK_PID,
    TL_LANE_TASK_BEGAN,
    TL_LANE_TASK_LOST /* the lane's `lost` before it */
};
enum { TL_LANE_END_TIME = 1, TL_LANE_END_HOW, TL_LANE_END_SIGNAL };
enum { TL_LANE_MARK_TIME = 1 };

struct tl_record {
    _Alignas(TL_LINE) _Atomic uint64_t words[TL_LANE_WORDS];
};

/* An operation that has begun and not ended, as its task knows it. */
struct tl_lane_open {
    uint64_t position;
    uintptr_t frame; /* of the call of the API that it is part of, or 0 */
    bool idle;       /* it began in what a wait lets run */
    int64_t began, slept, awake; /* slept and awake: 0: never */
    uint64_t waited;
};

struct tl_lane_object {
    uint64_t offset, number;
    uint32_t tenant; /* the lane's, who wrote it */
    uint16_t arena, kind;
};

/* Padded on purpose. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct tl_lane {
    /* Of the writer; others read what is atomic. */
    _Alignas(TL_LINE) _Atomic uint64_t written;
    _Atomic uint64_t tenancy;
    _Atomic uint64_t lost;
    uint64_t limit;        /* the writer has room below it */
    _Atomic uint32_t task; /* the number of the tenant in the trace, or 0 */
    _Atomic uint32_t id;   /* and in the arena */
    _Atomic int32_t tid;
    uint32_t tenant;    /* counts them */
    uint32_t stretches; /* of the records, that this one has had mapped */
    uint32_t epoch;     /* of the recording in which it is known */
    uint32_t depth;     /* of what is open */
    uint32_t files, last_file;
    uintptr_t frame; /* of the innermost call of the API, or 0 */
    bool failed, thread;
    uint64_t message; /* of the operation that is open, or 0 */
    struct tl_lane_open open[TL_LANE_NESTED];

    /* Of the reader. */
    _Alignas(TL_LINE) _Atomic uint64_t drained;

    /* Of those who call the task: the time (52 bits) and the caller's slot. */
    _Alignas(TL_LINE) _Atomic uint64_t call;

    /* What the entries stand for that were written; the writer's alone. */
    _Alignas(TL_LINE) struct tl_lane_object objects[TL_LANE_OBJECTS];
    uint64_t file_keys[TL_LANE_FILES][2];

    struct tl_record records[TL_LANE_RECORDS];
};

/* The mapping.  `epoch` is odd while a recording goes on, and grows as each
 * begins and ends. */
struct tl_lanes {
    _Alignas(TL_LINE) _Atomic uint32_t epoch;
    _Atomic uint32_t tasks;   /* how many have a number in this recording */
    _Atomic uint32_t highest; /* lanes above it have never been used */
    _Atomic int64_t origin;   /* the first moment; 0: not known yet */
    bool counter; /* times are of the processor's counter (trace/ticks) */
    /* Of a simulation, whose clock stands still while tasks run: how many
     * moments were recorded, each a nanosecond after the one before, so that
     * they keep their order. */
    bool simulated;
    _Atomic int64_t moments;
    int bell;     /* the descriptor to hurry the recorder, or -1 */
    _Alignas(TL_LINE) _Atomic uint32_t rung;
    struct tl_lane lanes[TL_LANES];
};

/* Of this process; NULL: nothing has ever been recorded. */
extern struct tl_lanes *tl_lanes;

/* This thread's; NULL: it is not recorded. */
extern _Thread_local struct tl_lane *tl_lane;

/* Makes the mapping, where there is none.  TL_OK, or TL_SYSTEM with errno. */
int tl_lanes_make(void);

static inline struct tl_record *tl_lane_record(struct tl_lane *lane,
                                               uint64_t position)
{
    return &lane->records[position & (TL_LANE_RECORDS - 1)];
}

/* By the writer: whether `count` records fit, and leave `spare`. */
bool tl_lane_has_room(struct tl_lane *lane, uint64_t count, uint64_t spare);

/* By the writer: a record that is no operation, with the words behind HEAD and
 * the texts; false: there was no room. */
struct tl_lane_note {
    enum tl_lane_what what;
    uint32_t number;
    uint64_t words[TL_LANE_WORDS - 1];
    const char *texts[2]; /* NULL: as "" */
};
bool tl_lane_write(struct tl_lane *lane, const struct tl_lane_note *note);

/* Once a record in a while: hurries the recorder where the lane is half full,
 * and has the records to come mapped at once, since a fault for each page would
 * cost more than what is written there. */
void tl_lane_ring(struct tl_lane *lane, uint64_t position);

#endif
