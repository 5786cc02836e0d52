/*
 * Exploration: a simulated program that runs by a plan, and gives an account of
 * what came of it.
 *
 * The explorer (bindings/explore) makes a shared mapping for each program that
 * it runs at a time (struct tl_exploration), and one more that they all have in
 * common (struct tl_findings).  It writes the plan; the program's tasks, the
 * one that has the turn, read the plan and write the account.  Neither holds a
 * pointer, and both outlive the program.
 *
 * The path of a task: the main task is "0", and the n-th task that task P has
 * made is "n" where P is the main one, else "P.n".  It is the same in all
 * schedules, as slots and pids are not.  Its key is a hash of the path
 * (tl_explore_key).
 *
 * A part of tidelock.h.
 */
#ifndef TL_PUBLIC_EXPLORE_H
#define TL_PUBLIC_EXPLORE_H

#include "public/core.h"
#include "public/event.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- the plan ---- */

/* A schedule is a list of moves; as text, with a space or a comma between:
 *
 *   PATH*N  the task takes N steps (without *N: one)
 *   t       the nearest deadline passes though tasks could run
 *   kPATH   the task is killed
 *   wPATH   the waiter that is called by the step before
 *   =N      the answer to ipc.choose, from 1, in the step before
 *
 * A move that cannot be made (the task does not run, nobody chooses) is left
 * out, and counted (tl_account.deviations).  Where the moves end the strategy
 * goes on.
 */
enum tl_move_kind {
    TL_MOVE_STEP,
    TL_MOVE_CLOCK,
    TL_MOVE_KILL,
    TL_MOVE_WAKE,
    TL_MOVE_ANSWER
};

struct tl_move {
    uint32_t kind;  /* enum tl_move_kind */
    uint32_t count; /* of STEP: how many; of ANSWER: the answer */
    uint64_t task;  /* its key */
};

enum tl_strategy {
    TL_STRATEGY_NONE,   /* the task that ran last goes on; where it cannot, the
                           next in order of creation.  No clock, no kills; the
                           longest waiter is woken; the answer is 1 */
    TL_STRATEGY_RANDOM, /* a random walk */
    TL_STRATEGY_POS,    /* partial order sampling (Yuan, Yang, Gu 2018) */
    TL_STRATEGY_PCT,    /* Burckhardt, Kothari, Musuvathi, Nagarakatte 2010 */
    TL_STRATEGY_STARVE  /* as rr's chaos mode: tasks are low for stretches */
};

#define TL_MOVES_MOST 65536u

struct tl_plan {
    uint64_t seed;     /* of the strategy */
    uint32_t strategy; /* enum tl_strategy */
    uint32_t changes;  /* of PCT: its d - 1, the changes of priority */
    uint32_t length;   /* about so many choices a schedule has; 0: 50 */
    uint32_t low;      /* of STARVE: percent of the tasks that are low */
    uint32_t clock;    /* at one in so many choices the clock is moved; 0.  At
                          1 those that nap or poll hurry, for a while */
    uint32_t kills;    /* at most so many tasks are killed by the strategy */
    bool fair;         /* who has waited longest is woken, but by a notify, and
                          goes on at once */
    bool everywhere;   /* also private steps are choices */
    bool tells;        /* the account has the text of each step */
    uint64_t stop;     /* before this step tl_stop_hook is called; 0: never */
    uint32_t moves;    /* how many */
    uint32_t spare;
    struct tl_move move[TL_MOVES_MOST];
};

uint64_t tl_explore_key(uint64_t parent, uint32_t nth);
#define TL_EXPLORE_MAIN UINT64_C(1) /* the key of the main task */

/* Reads moves as text into the plan; the first character that is wrong, or
 * NULL.  No more than TL_MOVES_MOST. */
const char *tl_plan_read(struct tl_plan *plan, const char *text);

/* ---- the account ---- */

enum tl_ending {
    TL_ENDING_NONE, /* it is not over, or was killed from outside */
    TL_ENDING_PASSED,
    TL_ENDING_ERROR,  /* that nobody caught, in any task */
    TL_ENDING_ALWAYS, /* ipc.always */
    TL_ENDING_DEADLOCK,
    TL_ENDING_LIVELOCK, /* TL_LIVELOCK points without a write to an object */
    TL_ENDING_STATUS,   /* the program's exit status is not 0 */
    TL_ENDING_CRASH     /* a task was ended by a signal that nobody sent */
};

#define TL_LIVELOCK 10000

#define TL_ACCOUNT_EVENTS (1u << 20)
#define TL_ACCOUNT_TASKS 4096u
#define TL_ACCOUNT_OBJECTS 8192u
#define TL_ACCOUNT_INDEX 16384u /* a table, half full at most */
#define TL_ACCOUNT_LABELS 64u
#define TL_ACCOUNT_LABEL 120u
#define TL_ACCOUNT_TOLD (1u << 22)
#define TL_ACCOUNT_NOTICES 8192u

/* A task that there was; by its index, in order of creation. */
struct tl_account_task {
    uint64_t key;
    uint32_t parent; /* index; of the main task 0, as its own */
    uint32_t nth;    /* of the parent's tasks, from 1 */
    uint32_t slot;
    char name[TL_NAME_SIZE];
};

/* An object, or a file: kind 0, its name the path, and its number, which events
 * of it have as well, tells how many files there were. */
struct tl_account_object {
    uint64_t identity; /* the same in all schedules: of the task that made it,
                          and how many it had made before */
    uint64_t number;   /* among its kind, in its arena */
    uint32_t maker;    /* index of a task */
    uint8_t kind, arena;
    char name[128];
};

struct tl_account {
    _Atomic uint32_t over; /* 1: it has ended; the explorer waits on it */
    uint32_t ending;       /* enum tl_ending */
    uint32_t ender;        /* index of the task in which it failed */
    int32_t status;        /* of STATUS and CRASH */
    uint64_t hash;         /* of all events */
    uint64_t choices;      /* steps where another task could have come first */
    uint64_t deviations;
    uint64_t first_deviation; /* at that step; 0: none */
    uint64_t polls; /* key of the first task that looked again and again, and
                       nothing had changed (explore/fairness); 0: none */
    bool wrote_files, went_outside, lost_events;
    char message[16384]; /* of the failure; of a deadlock, the report */
    char outcome[1024];
    char notices[TL_ACCOUNT_NOTICES]; /* lines: what is outside, lock orders */
    uint32_t label_count, task_count, object_count;
    struct {
        char text[TL_ACCOUNT_LABEL];
        bool came;
    } labels[TL_ACCOUNT_LABELS];
    struct tl_scripts scripts;
    struct tl_account_task tasks[TL_ACCOUNT_TASKS];
    struct tl_account_object objects[TL_ACCOUNT_OBJECTS];
    uint16_t index[TL_ACCOUNT_INDEX]; /* in objects, + 1: of the program */
    uint32_t indexed; /* that many objects are in it, at least */
    uint32_t told_size;
    uint32_t event_count;
    char told[TL_ACCOUNT_TOLD]; /* lines: step, tab, "call", "result" or "say",
                                   tab, text */
    struct tl_event events[TL_ACCOUNT_EVENTS];
};

/* As if nothing had been run: what was used of it is emptied. */
void tl_account_empty(struct tl_account *account);

struct tl_exploration {
    struct tl_plan plan;
    struct tl_account account;
};

/* Of an event's operation: its name ("QUEUE_PUT"), and the word that the API
 * has for it ("put"). */
const char *tl_explore_operation(uint32_t operation);
const char *tl_explore_word(uint32_t operation);

/* ---- what all schedules have found together ---- */

#define TL_FINDINGS_OBJECTS 65536u

/* By the object's identity, in an open table. */
struct tl_finding {
    _Atomic uint64_t identity; /* 0: free */
    _Atomic uint64_t toucher;  /* key of the task that alone has touched it;
                                  else several have */
};

struct tl_findings {
    struct tl_finding objects[TL_FINDINGS_OBJECTS];
};

/* ---- of the program that is explored ---- */

/* Before tl_init, after tl_simulate_begin: it runs by this plan. */
void tl_explore_begin(struct tl_findings *findings,
                      struct tl_exploration *exploration);

/* Of this program; NULL: it is not explored. */
struct tl_exploration *tl_explored(void);
struct tl_findings *tl_explore_findings(void); /* NULL too: nobody keeps it */

/* The schedule ends here, and so does the caller (this does not return), with
 * the text, of any length; and all of the process group that the main task
 * leads, by SIGKILL.  Nothing where the program is not explored.  Only the
 * first end of a schedule counts. */
void tl_explore_end(enum tl_ending ending, int status, const char *text);

/* The script has said what came of it; that a label is there, and whether its
 * condition held; a line of notice. */
void tl_explore_outcome(const char *text);
void tl_explore_label(const char *label, bool came);
void tl_explore_notice(const char *text);

/* A number from 1 to `limit`, which the explorer chooses: in a simulation by
 * the seed, in an ordinary run by chance.  In *answer; as every operation. */
int tl_explore_choose(uint32_t limit, uint32_t *answer);

/* The text of the step that this task is about to take, and of what came of
 * what it has taken since (plan.tells). */
void tl_explore_tell_call(const char *text);
void tl_explore_tell_result(const char *text);

/* A line of the script's own, at the step that this task has taken last; the
 * last one of a step is kept (plan.tells). */
void tl_explore_say(const char *text);

/* Called by the task that is about to take the step of that number, once the
 * step is plan.stop or later; it may set plan.stop anew.  Where a task begins
 * or dies is passed over: it has no script to look into.  Meanwhile the task
 * can look at objects, by which nothing changes; all else returns TL_STOPPED.
 */
extern void (*tl_stop_hook)(uint64_t step);

/* This task's path, as a key. */
uint64_t tl_explore_self(void);

/* How many tasks could have taken a step where this one took its last one: with
 * those that try in vain, and with this one. */
uint32_t tl_explore_ready(void);

/* Calls `tell` with each object that a task of the program has a handle to, as
 * by tl_describe; the same one once for each handle. */
void tl_object_look(void (*tell)(void *context, const char *text),
                    void *context);

#endif
