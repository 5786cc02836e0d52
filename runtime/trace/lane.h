/*
 * Lane: where one task writes what it does, for a recorder that reads all of
 * them (trace/drain).
 *
 * Each slot of the program's own arena has a lane, and its tenants write there
 * one after the other: so a lane has one writer at a time, and one reader.  It
 * is a ring of units, which lies in a shared mapping of its own, made before
 * the first task that is to be recorded, inherited by forks at its address, and
 * backed on touch.
 *
 * A unit is a word, and most operations are one unit (BRIEF): so the writer
 * touches a new line of the cache each eighth operation.  Such a one tells its
 * time and its message by how much they differ from those of one before.
 * Positions below `drained` are the reader's no more, those from `written` on
 * the writer's alone.
 *
 * Memory that is touched for the first time costs more than what is written
 * there, and pushes what the task works with out of its caches.  So the writer
 * takes what the reader has done with before it takes what was never used:
 * positions are in stretches, and stretch s lies in the piece of the units that
 * pieces[s % TL_LANE_PIECES] names.  As the writer comes to a stretch, and
 * before it writes there, it may exchange that entry with the one of a stretch
 * that is drained; of the two, none is one that the reader has still to read
 * (tl_lane_reach).
 *
 *   written   moves when a record is whole but for the end of its operation
 *             (release), and the reader looks at no position from there on
 *             (acquire).  A writer that is killed before has written nothing.
 *   HEAD      of an operation: OPEN, then not (release), once all that is told
 *             of its end is there.  The reader stops at an OPEN one (acquire),
 *             for its task is still in it; but for one of a tenant that has
 *             gone: that is as whole as it will ever be.
 *   brief     says that the unit at `written` is that of an operation which
 *             goes on, and tells its beginning (release; trace/brief).
 *             Most have ended by the time a reader could see that: `written`
 *             moves then, which is their one commit.
 *   drained   moves when the reader has copied what lies before (release); a
 *             writer that finds room by it (acquire) writes over that.
 *   lost      grows where there is no room; the writer never waits.
 *
 * What has one moment, did not sleep, and has a message of few enough bits, is
 * told by its unit, or its two, alone.  Any other operation, as it ends, writes
 * a record MORE at `written`, and says in its HEAD how far that is behind it.
 *
 * A writer that is killed within an operation leaves it brief, which the next
 * tenant, or a reader's last look, takes for an OPEN one; or OPEN.  What was
 * known of that then is in `open`, which lies in the lane for that: its words
 * are atomic, and a reader that looks at one that is in use (the last look of
 * all) finds each as it was or as it is.  The next tenant writes it into the
 * ring before it uses them (trace/open).
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
#include "public/recording.h"
#include "tasks/task.h"

#define TL_LANES (TL_TASKS_MOST + 1)
#define TL_LANE_UNITS UINT64_C(524288) /* a power of 2 */
#define TL_LANE_STRETCH UINT64_C(8192) /* units; a power of 2 */
#define TL_LANE_PIECES (TL_LANE_UNITS / TL_LANE_STRETCH)
/* The writer hurries the reader where so many units are to be read: a short run
 * never does, and where all CPUs are busy the reader may come when there are
 * many times as many. */
#define TL_LANE_HURRY (4 * TL_LANE_STRETCH)
#define TL_LANE_PLACES 1024 /* a power of 2 */
#define TL_LANE_NESTED 8
#define TL_LANE_WORDS 8 /* of a record that is no operation */
#define TL_LANE_TEXTS 4
/* Units that operations leave for the ends of those that are open, and for
 * what is no operation; and those that this leaves to the ends. */
#define TL_LANE_SPARE 256
#define TL_LANE_KEPT ((uint64_t)TL_LANE_NESTED * TL_LANE_WORDS)

enum tl_lane_what {
    TL_LANE_OPERATION = 1,
    TL_LANE_BRIEF, /* an operation that is this unit alone */
    TL_LANE_BASE,  /* what the next of those count from */
    TL_LANE_GAP,   /* nothing: the last unit of a stretch */
    TL_LANE_MORE,  /* of an operation before it */
    TL_LANE_PLACE, /* of an entry of the lane's table of places, from now on */
    TL_LANE_TASK,  /* the lane is this task's from now on */
    TL_LANE_END,   /* of a task, not of this one perhaps */
    TL_LANE_MARK
};

/*
 * HEAD, the first unit of each record but BRIEF:
 *
 *   what     4 bits
 *   open     of an operation; and `more`, and the result, 2 bits
 *   units    16 bits: of an operation its place, of others how many follow
 *   number   40 bits: of an operation its message, or how far behind it its
 *            MORE is; of a PLACE the entry; of a TASK or END the task
 *
 * An OPERATION is two units, which are in one stretch: the second is the time
 * when it began; 0: not known.
 *
 * BRIEF, from the lowest bits:
 *
 *   what     4 bits
 *   result   2 bits
 *   place   10 bits: its entry, from 0
 *   message 14 bits: 0: none; else 1 + the number, in the zigzag form, that it
 *           comes after the lane's last BRIEF or BASE message of that place,
 *           or after 0
 *   time    34 bits: after the lane's last BRIEF or BASE time, or after 0; of
 *           one that goes on 0: not known
 *
 * Those that are last are so in the order of the lane; with each TASK they are
 * 0 again.
 */
#define TL_LANE_WHAT UINT64_C(15)
#define TL_LANE_OPEN (UINT64_C(1) << 4)
#define TL_LANE_HAS_MORE (UINT64_C(1) << 5)
#define TL_LANE_RESULT_SHIFT 6
#define TL_LANE_UNITS_SHIFT 8
#define TL_LANE_NUMBER_SHIFT 24
#define TL_LANE_NUMBER_MOST ((UINT64_C(1) << 40) - 1)

#define TL_LANE_BRIEF_RESULT_SHIFT 4
#define TL_LANE_BRIEF_PLACE_SHIFT 6
#define TL_LANE_BRIEF_MESSAGE_SHIFT 16
#define TL_LANE_BRIEF_MESSAGE_BITS 14
#define TL_LANE_BRIEF_TIME_SHIFT 30
#define TL_LANE_BRIEF_TIME_BITS 34

#define TL_LANE_OPERATION_UNITS 2

/* The words behind HEAD.  The texts that belong to them, each with its 0, fill
 * the units that follow these. */
enum {
    TL_LANE_MORE_ENDED = 1, /* of what never ended 0 */
    TL_LANE_MORE_SLEPT,     /* 0: never; and the next three */
    TL_LANE_MORE_WAITED,
    TL_LANE_MORE_CALLED,
    TL_LANE_MORE_WAKER, /* a task's number, or 0 */
    TL_LANE_MORE_MESSAGE
};
enum {
    TL_LANE_PLACE_OPERATION = 1, /* and the line from 32 */
    TL_LANE_PLACE_KIND,          /* of the object; 0: none */
    TL_LANE_PLACE_NUMBER,
    TL_LANE_PLACE_PART_KIND, /* of the lock that a condition has; 0: none */
    TL_LANE_PLACE_PART_NUMBER
};
/* The texts: the script, the object's name, its space, and its lock's name. */
enum {
    TL_LANE_TASK_PARENT = 1, /* and flags (enum tl_trace_task_flag) from 32 */
    TL_LANE_TASK_PID,
    TL_LANE_TASK_BEGAN,
    TL_LANE_TASK_LOST /* the lane's `lost` before it */
};
enum { TL_LANE_END_TIME = 1, TL_LANE_END_HOW, TL_LANE_END_SIGNAL };
enum { TL_LANE_MARK_TIME = 1 };
enum { TL_LANE_BASE_TIME = 1, TL_LANE_BASE_PLACE, TL_LANE_BASE_MESSAGE };

typedef _Atomic uint64_t tl_unit;

/* An operation that has begun and not ended, as its task knows it. */
struct tl_lane_open {
    _Alignas(TL_LINE) _Atomic uint64_t position;
    tl_unit *unit;         /* of that position, while the lane keeps it */
    uintptr_t frame;       /* of the call of the API that it is part of, or 0 */
    int64_t began;         /* 0: not known yet */
    uint8_t moments;       /* enum tl_recording_moments */
    bool idle;             /* it began in what a wait lets run */
    _Atomic int64_t slept; /* when it first slept; 0: never */
    int64_t awake; /* since when; 0: has not slept; negative: asleep since */
    /* Of its sleeps: in a line that others need not touch. */
    _Alignas(TL_LINE) _Atomic uint64_t waited;
    _Atomic int64_t called; /* by the waker; 0: by nobody */
    _Atomic uint32_t waker;
};

/* What an entry of the lane's table of places stands for: an operation of an
 * object, and the site of a call, or its line and file where the site is not
 * known (public/recording).  Entry n is places[n - 1]. */
struct tl_lane_place {
    _Alignas(TL_LINE) uint64_t site;
    uintptr_t object;
    uint64_t what; /* the operation, and the object's number (trace/places) */
    uint64_t line, file;
    uint64_t message; /* the last of a BRIEF or BASE, or 0 */
};

/* Never a recording's epoch. */
#define TL_LANE_NOT_ENROLLED (UINT32_MAX - 1)

/* Padded on purpose: what each operation touches is in the first lines. */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct tl_lane {
    /* Of the writer; others read what is atomic. */
    _Alignas(TL_LINE) _Atomic uint64_t written;
    _Atomic uint64_t brief; /* `written` + 1: an operation goes on there */
    tl_unit *next;          /* that of `written`, where it is below `stop` */
    tl_unit *stop;          /* what is brief is below it; NULL: none can be */
    uint64_t message;       /* of the operation that goes on, or 0 */
    uint64_t base;          /* the time of the last BRIEF or BASE, or 0 */
    _Atomic uint32_t depth; /* of what is open */
    uint32_t enrolled;      /* the epoch in which it is recorded, if so */
    /* Of what is brief: enum tl_recording_moments; and when it came to have
     * both, if its unit tells no time. */
    _Atomic uint8_t moments;
    _Atomic int64_t since;
    uint64_t limit; /* the writer has room below it */
    struct tl_lane_open open[TL_LANE_NESTED];
    uint64_t kept;    /* below it units may have been written over */
    uint64_t entered; /* stretches below it are the writer's, or were */
    _Alignas(TL_LINE) _Atomic uint64_t tenancy;
    _Atomic uint64_t lost;
    _Atomic uint32_t task; /* the number of the tenant in the trace, or 0 */
    _Atomic uint32_t id;   /* and in the arena */
    _Atomic int32_t tid;
    uint32_t epoch;  /* of the recording in which it is known */
    uint64_t mapped; /* pieces that this one has had mapped, a bit each */
    uint64_t given;  /* and entries whose stretch has given its piece away */
    bool failed, thread, used;

    /* Of the reader. */
    _Alignas(TL_LINE) _Atomic uint64_t drained;

    /* Of the writer, before it writes there; relaxed: `written` says whether a
     * reader looks at it. */
    _Alignas(TL_LINE) _Atomic uint8_t pieces[TL_LANE_PIECES];

    /* Of those who call the task: the time (52 bits) and the caller's slot. */
    _Alignas(TL_LINE) _Atomic uint64_t called;

    /* Of the writer alone. */
    _Alignas(TL_LINE) struct tl_lane_place places[TL_LANE_PLACES];

    _Alignas(TL_LINE) tl_unit units[TL_LANE_UNITS];
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
    int bell; /* the descriptor to hurry the recorder, or -1 */
    _Alignas(TL_LINE) _Atomic uint32_t rung;
    _Atomic uint64_t writes; /* of the recorder to its file; a count */
    struct tl_lane lanes[TL_LANES];
};

/* Of this process; NULL: nothing has ever been recorded.  Hidden where it is
 * declared, too: so no address of it is loaded first. */
extern __attribute__((visibility("hidden"))) struct tl_lanes *tl_lanes;

/* This thread's; NULL: it is not recorded. */
extern _Thread_local struct tl_lane *tl_lane;

/* Makes the mapping, where there is none.  TL_OK, or TL_SYSTEM with errno. */
int tl_lanes_make(void);

/* By the writer.  relaxed: only this task writes it, and the tenant before it,
 * whose end this one's claim of the slot has seen. */
static inline uint64_t tl_lane_written(const struct tl_lane *lane)
{
    return atomic_load_explicit(&lane->written, memory_order_relaxed);
}

/* By the writer: whether it is recorded, and what goes on is the recording in
 * which it is. */
static inline bool tl_lane_is_of_now(const struct tl_lane *lane)
{
    /* acquire: see epoch_now in recording_tasks.c */
    return atomic_load_explicit(&tl_lanes->epoch, memory_order_acquire) ==
           lane->enrolled;
}

static inline tl_unit *tl_lane_unit(struct tl_lane *lane, uint64_t position)
{
    uint64_t piece = atomic_load_explicit(
        &lane->pieces[position / TL_LANE_STRETCH % TL_LANE_PIECES],
        memory_order_relaxed);
    return &lane->units[piece * TL_LANE_STRETCH + position % TL_LANE_STRETCH];
}

/* By the writer: whether `count` units fit, and leave `spare`. */
bool tl_lane_has_more_room(struct tl_lane *lane, uint64_t end);
static inline bool tl_lane_has_room(struct tl_lane *lane, uint64_t count,
                                    uint64_t spare)
{
    uint64_t end = tl_lane_written(lane) + count + spare;
    return end <= lane->limit || tl_lane_has_more_room(lane, end);
}

/* By the writer: a record that is no operation, with the words behind HEAD and
 * the texts; false: there was no room that leaves `spare`. */
struct tl_lane_note {
    enum tl_lane_what what;
    uint32_t number;
    uint64_t spare;
    uint64_t words[TL_LANE_WORDS - 1];
    const char *texts[TL_LANE_TEXTS]; /* NULL: as "" */
};
bool tl_lane_write(struct tl_lane *lane, const struct tl_lane_note *note);

/* The same of one without texts, for which there is room. */
void tl_lane_write_words(struct tl_lane *lane, uint64_t head,
                         const uint64_t words[TL_LANE_WORDS - 1]);

/* By a new writer, before its first record. */
void tl_lane_begin(struct tl_lane *lane);

/* By the next tenant of a lane that was used, before it writes anything. */
void tl_lane_mend(struct tl_lane *lane);

/* By the writer, before it writes units below `end`. */
void tl_lane_reach(struct tl_lane *lane, uint64_t end);

/* By the writer: sets `next` and `stop`, where an OPERATION fits; false: there
 * is no room for one. */
bool tl_lane_look(struct tl_lane *lane);

/* Of what is read: a word of a record, HEAD as the 0th.  relaxed: the acquire
 * of `written`, or of HEAD, came before. */
static inline uint64_t tl_lane_word(struct tl_lane *lane, uint64_t position,
                                    unsigned index)
{
    return atomic_load_explicit(tl_lane_unit(lane, position + index),
                                memory_order_relaxed);
}

/* How many units the record takes that has this HEAD. */
static inline uint64_t tl_lane_size(uint64_t head)
{
    switch (head & TL_LANE_WHAT) {
    case TL_LANE_BRIEF:
    case TL_LANE_GAP:
        return 1;
    case TL_LANE_OPERATION:
        return TL_LANE_OPERATION_UNITS;
    default:
        return 1 + (head >> TL_LANE_UNITS_SHIFT & 0xffff);
    }
}

#endif
