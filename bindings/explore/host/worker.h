/*
 * Worker: a process that runs the script's schedules, one after the other, as
 * the explorer says.
 *
 * The explorer starts it as the program itself, without address randomisation,
 * on one CPU, and hands it these descriptors, the seed and the exploration's
 * rank, told by an environment variable that it removes at once:
 *
 *   findings  memory: struct tl_findings, of all workers; an open file
 *             description of the worker's own, since who changes files has it
 *             locked (kept_files.h)
 *   shared    memory: struct worker_shared, of this worker
 *   output    memory: what the schedule has written to stdout and stderr
 *   records   memory: the files that are to be put back (kept_files.h)
 *   input     memory: the schedule's stdin; or /dev/null
 *   socket    orders and answers, each one struct worker_word
 *
 * It loads the script, answers READY, and is the zygote (zygote.h) then.  One
 * that cannot load it has told so in its output, and ends.
 */
#ifndef EXPLORE_WORKER_H
#define EXPLORE_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "explore/host/kept_files.h"
#include "tidelock.h"

#define WORKER_VARIABLE "TIDELOCK_EXPLORED"

enum worker_word_kind {
    WORKER_READY = 1, /* to the explorer: the script is loaded */
    WORKER_START,     /* to the worker: run a schedule by the plan */
    WORKER_DONE,      /* to the explorer: all of the schedule has ended */

    /* between the explorer and the task that stands still (stopped.h) */
    WORKER_STOPPED, /* to the explorer: it does, before talk.step */
    WORKER_ASK,     /* to the task: answer what talk.text says */
    WORKER_ANSWER,  /* to the explorer: the answer is in talk.text */
    WORKER_GO       /* to the task: go on, until plan.stop */
};

/* The flag of a schedule. */
enum worker_flag { WORKER_TERMINAL = 1, WORKER_TALKS = 2 };

struct worker_word {
    uint32_t kind; /* enum worker_word_kind */
    uint32_t flag; /* of START: WORKER_TERMINAL: that is the script's;
                      WORKER_TALKS: it stops where the plan says */
};

/* Of a schedule that talks; by whoever is to say something. */
struct worker_talk {
    uint64_t step; /* before which it stands still */
    uint32_t task; /* index of the task that does, in the account */
    uint32_t size; /* of the text */
    char text[1 << 18];
};

struct worker_shared {
    struct tl_exploration exploration;
    struct kept_files kept;
    struct worker_talk talk;
    _Atomic int32_t group;  /* process group of the schedule; 0: none runs */
    _Atomic uint32_t ended; /* by the explorer: enum worker_why */
    double real;            /* seconds that it took */
    int32_t error;          /* errno, if one could not be started */
};

/* Why the explorer has ended a schedule. */
enum worker_why { WORKER_HANGS = 1, WORKER_PRINTS, WORKER_DROPPED };

enum worker_state {
    WORKER_STARTS,
    WORKER_IDLE,
    WORKER_QUEUED,
    WORKER_RUNS,
    WORKER_STANDS /* its schedule has stopped, and hears */
};

/* What the explorer has of a worker. */
struct worker {
    pid_t pid;
    int shared, output, records, lock, socket;
    struct worker_shared *memory;
    enum worker_state state;
    uint32_t flag; /* of its order */
    bool again;    /* once it is done it runs the same plan once more */
    uint64_t seen; /* hash of the events when it was looked at last */
    double moved;  /* when that was another than before, in real time */
};

/* What all workers have in common; borrowed by worker_start. */
struct worker_start {
    char **arguments;   /* of the program, from its own name on */
    const char *memory; /* instead of TIDELOCK_MEMORY; NULL: as that says */
    uint64_t seed;
    int findings, input;
    uint32_t rank; /* of the exploration: rank.h */
};

/* Starts a worker, on one CPU of those allowed.  0, or -1 with errno. */
int worker_start(struct worker *worker, const struct worker_start *start,
                 int number);

/* Has the worker run a schedule, by the plan that is in its memory, and its
 * flag.  Empties the account.  0, or -1: it is no more. */
int worker_order(struct worker *worker);

/* Says a word to the task of its schedule that stands still.  0, or -1: the
 * worker is no more. */
int worker_say(struct worker *worker, enum worker_word_kind kind);

/* Ends the schedule that it runs. */
void worker_end_schedule(struct worker *worker, enum worker_why why);

/* Ends the worker, and what it runs.  Its status, as of waitpid: that of an end
 * before.  Twice is harmless. */
int worker_end(struct worker *worker);

/* Puts this program into the foreground of its terminal again. */
void worker_take_terminal(void);

#endif
