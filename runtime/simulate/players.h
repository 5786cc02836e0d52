/*
 * Players: the tasks of a simulated program, and what the simulation keeps of
 * each: a region of the program's own arena.
 *
 * One task at a time has the turn, and all here is read and written by that one
 * alone; the turn is handed on by a seq_cst store (simulate/hand_over), so that
 * each sees what those before it did.  The exceptions, which are atomics, are
 * marked.
 *
 * A player has the number of its slot in the program's own arena.  States:
 *
 *   ABSENT  nobody
 *   READY   at a point, about to do what its slot says; or just started
 *   SLEEPS  until it is called, or `until`
 *   RUNS    it has the turn
 */
#ifndef TL_PLAYERS_H
#define TL_PLAYERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "explore/contender.h"
#include "explore/fairness.h"
#include "explore/plan.h"
#include "explore/progress.h"
#include "explore/strategy.h"
#include "observe/steps.h"
#include "tasks/task.h"
#include "tidelock.h"

#define TL_PLAYERS_TOLD 32         /* names of what is outside */
#define TL_PLAYERS_TOLD_ROOM 128   /* for one name, with the 0 */
#define TL_PLAYERS_EXPIRIES 32     /* moments at which something ends */
#define TL_PLAYERS_PIDS (1u << 16) /* processes whose number is known */

/* The clock of a simulation begins here, since 0 is no time in the runtime. */
#define TL_PLAYERS_START INT64_C(1000000000)

enum tl_player_state {
    TL_PLAYER_ABSENT,
    TL_PLAYER_READY,
    TL_PLAYER_SLEEPS,
    TL_PLAYER_RUNS
};

struct tl_player {
    _Atomic uint32_t handed;  /* grows when the turn is given to it: it sleeps
                                 on this word */
    _Atomic uint32_t arrived; /* by the player: it has entered its slot */
    _Atomic uint32_t called;  /* by whoever calls it, a signal handler too */
    uint32_t state;           /* enum tl_player_state */
    int32_t pid, tid;         /* tid: written before `arrived` */
    tl_deadline until;
    uint64_t signals; /* to be handled: bit n - 1 */
    int32_t fatal;    /* the signal that ends its process at its next step */
    int32_t ended_by; /* that signal, once it has; stays until the next */
    bool stopped;
    bool watches; /* it also waits for what is outside of the simulation */
    bool paces;   /* that may well come: no deadline comes before its real time
                   */
    bool looks;   /* its turn is only to look at that */
    bool alone;   /* it got the turn since nobody can run at any time */
    bool killed;  /* by the plan of an exploration: see `fatal` */
    uint64_t key; /* of its path (public/explore); of any simulation */
    uint32_t children;             /* tasks that it has made */
    uint32_t made;                 /* objects */
    uint32_t index;                /* in the account's tasks */
    struct tl_contender contender; /* of simulate/chooser */
    struct tl_fairness fairness;
    struct tl_progress_task progress;
    uint64_t stepped; /* the number of its last step, in an exploration */
    uint8_t how;      /* enum tl_event_how: its last step */
    uint32_t dropped; /* of `vain`, by its operation */
};

struct tl_players {
    uint64_t seed;
    uint64_t random;
    _Atomic int64_t now;   /* atomic: handlers and helper threads read it */
    _Atomic uint32_t turn; /* in the low bits the player that has it, above
                              them how often it was given */
    uint32_t vain, vain_before, work;      /* of simulate/patience */
    int64_t expiries[TL_PLAYERS_EXPIRIES]; /* of keys (tl_world.expires), the
                                              latest; those that are over too */
    uint32_t expiring;                     /* where the next one goes */
    int64_t moves; /* how far the clock moves next where no deadline is */
    _Atomic uint32_t highest; /* players above it have never been; whoever calls
                                 one reads it, a signal handler too */
    bool decide;        /* whoever gets the turn is not to run, but to choose */
    uint32_t condemned; /* the player that is to be ended first */
    int32_t leaver_pid, leaver_tid; /* it has left, and ends; 0: none */
    uint32_t found;                 /* it died with the turn; 0: none */
    int32_t stopper;                /* this process stops itself; 0: none */
    uint32_t choices;
    uint32_t watched; /* the last that looked outside */
    int64_t outside;  /* real time when all began to wait for that; 0 */
    bool told_alone;
    _Atomic bool told_still;
    uint32_t told_count;
    char told[TL_PLAYERS_TOLD][TL_PLAYERS_TOLD_ROOM]; /* what is outside and was
                                                         named */
    /* of the last choice, for the record */
    uint32_t list[TL_NUMBER_MASK + 1];
    uint64_t could_run;
    uint32_t runnable;
    uint32_t ready;        /* those that are put last, too */
    _Atomic uint64_t step; /* atomic: who waits for its turn reads it */
    uint64_t looked; /* the step at which one looked whether all are stuck */
    struct tl_players_plan {
        struct tl_plan_cursor cursor;
        struct tl_strategy_state strategy;
        uint64_t births;
        uint64_t writes; /* steps that wrote something */
        uint32_t last;   /* the player that took the last step */
        bool chosen;     /* the last choice was one that matters */
    } plan;              /* of simulate/chooser */
    struct tl_progress progress;
    struct tl_steps steps;
    struct tl_scripts scripts; /* of an exploration the account has them */
    uint32_t processes; /* so far: the next one's pid as scripts have it */
    int32_t pids[TL_PLAYERS_PIDS]; /* of the latest of them, by that number */
    struct tl_player players[TL_NUMBER_MASK + 1];
};

/* Of this program; NULL: it is not simulated. */
extern struct tl_players *tl_players;

/* Carves the region; TL_OK or TL_NO_MEMORY. */
int tl_players_make(uint64_t seed);

/* This thread's number; 0: it is no player. */
extern _Thread_local uint32_t tl_players_me;

static inline struct tl_player *tl_players_at(uint32_t number)
{
    return &tl_players->players[number];
}

/* NULL: this thread is none. */
static inline struct tl_player *tl_players_self(void)
{
    return tl_players_me ? tl_players_at(tl_players_me) : NULL;
}

/* A new process has this pid: gives it the next number, from 1. */
void tl_players_name(pid_t pid);

/* The number of a process; 0: it is not of this program. */
uint32_t tl_players_number(pid_t pid);

/* What scripts are told for its pid: that number, or the pid itself where it is
 * not of this program. */
pid_t tl_players_pid(pid_t pid);

/* The player that is this task in whichever arena, or NULL. */
struct tl_player *tl_players_of(const struct tl_task *task);

/* Notes that this was told; false: it was before, or too much was. */
bool tl_players_tell(const char *what);

/* splitmix64; a number below `limit`, each as likely. */
uint32_t tl_players_random(uint32_t limit);

#endif
