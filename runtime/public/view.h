/*
 * View: the arena of another program, or a space, looked at without a trace.
 *
 * It is mapped to be read alone: nothing can be written to it, no lock can be
 * taken, and the looker is no task there.  So what is seen moves while it is
 * read.  A slot is read until it was the same before and after, at most
 * TL_VIEW_TRIES times, and is unknown otherwise; an object counts only if the
 * reference that led to it is still there.  What is followed meanwhile may lead
 * anywhere: a read of memory that is not there ends that one look, and not the
 * program.  Nothing here waits, whatever state the tasks of the program are in.
 *
 * This process needs no arena of its own (tl_init_kinds alone).  For one thread
 * of it at a time.
 */
#ifndef TL_PUBLIC_VIEW_H
#define TL_PUBLIC_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "public/core.h"

/* A view ------------------------------------------------------------------ */

#define TL_VIEW_TRIES 3

/* A view's number, or a status.  Of the program that the process belongs to:
 * TL_ENDED: no such process; TL_NO_SPACE: it is no program of ours;
 * TL_OTHER_VERSION; TL_TOO_MANY_SPACES; TL_SYSTEM. */
int tl_view_program(pid_t pid);

/* Of the space of that name: TL_EMPTY: there is none; TL_BAD_NAME;
 * TL_NOT_OURS; and as above. */
int tl_view_space(const char *name);

/* Of all spaces that the process has open, at most so many: how many there are.
 * Each has a name. */
unsigned tl_view_spaces_of(pid_t pid, int *views, unsigned most);

/* "" for a program's own arena. */
const char *tl_view_name(int view);

/* Which file it is: the same for all that have it mapped. */
uint64_t tl_view_identity(int view);

/* Whether its tasks are of another PID namespace (a container): their pids are
 * those there, and here other processes', or nobody's. */
bool tl_view_is_elsewhere(int view);

/* Bytes of memory that it has, and could have. */
void tl_view_memory(int view, uint64_t *used, uint64_t *most);

void tl_view_close(int view);

/* The identity of the arena in which the process is a task, or 0: it is no
 * program of ours. */
uint64_t tl_view_find(pid_t pid);

/* Tasks and objects ------------------------------------------------------- */

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
