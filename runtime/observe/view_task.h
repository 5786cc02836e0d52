/*
 * View task: what a task does, as its slot tells; and view object: what an
 * object of it is like.
 */
#ifndef TL_VIEW_TASK_H
#define TL_VIEW_TASK_H

#include "observe/view.h"

#define TL_VIEW_HOLDS 16

struct tl_view_task {
    bool known;        /* false: it changed whenever it was read; then only the
                          four below are told */
    uint32_t number;   /* of its slot */
    pid_t pid, tid;    /* 0: not known yet */
    const char *state; /* as of tl_task_look; or "ended": killed, and nobody has
                          settled it */
    char name[TL_NAME_SIZE];
    char where[96];  /* the script's line of its wait, or "" */
    char waits[512]; /* "get from queue#1: ..."; "recv from a connection" */
    double since;    /* seconds of the wait; 0: not known */
    uint32_t parent; /* number of a slot, or 0 */
    bool daemon;
    uint32_t sleeps; /* how often it has slept, modulo */
    uint64_t object; /* for which it waits: its offset; 0: none */
    uint32_t enders[TL_VIEW_HOLDS]; /* numbers of slots: who has it */
    unsigned ender_count;
    bool any_ends;                 /* one of them is enough */
    uint64_t holds[TL_VIEW_HOLDS]; /* offsets of objects */
    unsigned hold_count;
};

/* The slot of that number; false: nobody has it, or one that only looks. */
bool tl_view_task(int view, uint32_t number, struct tl_view_task *task);

/* Slots above this number have never been used. */
uint32_t tl_view_task_highest(int view);

struct tl_view_object {
    uint32_t kind;
    uint64_t number;
    char name[TL_NAME_SIZE];
    char title[96];
    char state[TL_TEXT_SIZE]; /* its live state; "?": it went meanwhile */
    int64_t moves; /* messages put and got, modulo; -1: not counted */
};

/* The objects to which a task or a name refers: offsets, each once, in their
 * order; how many. */
size_t tl_view_objects(int view, uint64_t *offsets, size_t most);

/* False: there is none any more. */
bool tl_view_object(int view, uint64_t offset, struct tl_view_object *object);

#endif
