/*
 * Event: what happened, as a record of fixed size: one step of a task.
 *
 * A step begins where a task is given the turn before an operation that it has
 * announced, or goes on in one in which it slept; it ends at the task's next
 * point or sleep.  In ordinary runs, where nobody hands out turns, a record
 * says that a task has begun an operation.
 */
#ifndef TL_PUBLIC_EVENT_H
#define TL_PUBLIC_EVENT_H

#include <stdint.h>

enum tl_event_how {
    TL_EVENT_BEGINS,  /* the operation */
    TL_EVENT_GOES_ON, /* in it, after a sleep from which it was called */
    TL_EVENT_LATE,    /* in it, since its deadline is over */
    TL_EVENT_LAST,    /* in it, to look: no task can run at any time */
    TL_EVENT_STARTS,  /* the task's first step: no operation */
    TL_EVENT_DIES,    /* the task was killed */
    /* Only in an exploration, and no steps: what its plan or strategy chose. */
    TL_EVENT_CLOCK, /* the nearest deadline passes though tasks can run */
    TL_EVENT_WAKES, /* task `key` of the waiters `could_run` is called */
    TL_EVENT_ANSWER /* `key` of the answers 1 to `runnable` */
};

enum tl_event_flag {
    TL_EVENT_CHOSEN = 1, /* another could have come first, and that matters */
    TL_EVENT_KILLED = 2, /* it dies by the plan */
    TL_EVENT_TIED = 4    /* it comes last since it was in vain (fairness) */
};

struct tl_event {
    uint64_t step;      /* from 1 */
    int64_t time;       /* nanoseconds */
    uint64_t object;    /* its number among its kind; of a file, its identity */
    uint64_t key;       /* which part of it, or TL_INTENT_ALL */
    uint64_t could_run; /* bit n: the task in slot n + 1, for the first 64 */
    uint32_t runnable;  /* how many tasks could run */
    uint32_t task;      /* number of its slot in the program's own arena */
    uint32_t line;      /* of the script; 0: not known */
    uint16_t file;      /* of the script: its number in tl_scripts */
    uint16_t operation; /* enum tl_operation */
    uint8_t kind;       /* of the object: enum tl_kind_id; 0: none */
    uint8_t access;     /* enum tl_access */
    uint8_t how;        /* enum tl_event_how */
    uint8_t arena;      /* of the object; not the program's own: a space */
    uint16_t player;    /* of an exploration: index in the account's tasks */
    uint16_t flags;     /* enum tl_event_flag */
};
_Static_assert(sizeof(struct tl_event) == 64, "one cache line");

#define TL_SCRIPTS 256u
#define TL_SCRIPT_NAME 60u /* bytes of a name, with the 0 */

/* The names of scripts, by their numbers less 1. */
struct tl_scripts {
    uint32_t count;
    char names[TL_SCRIPTS][TL_SCRIPT_NAME];
};

#endif
