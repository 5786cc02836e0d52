/*
 * Host jobs: which worker runs when.
 *
 * All that have been given a plan run at the same time, until a schedule
 * changes a file (kept_files.h).  From then on one runs at a time; and those
 * that ran beside that one, as well as itself, run once more: what they have
 * read may have been another's.
 *
 * A schedule that takes no step for `patience` seconds of real time (a loop
 * without a point, a read that waits for somebody) is ended, and so is one that
 * prints without end.
 */
#ifndef EXPLORE_HOST_JOBS_H
#define EXPLORE_HOST_JOBS_H

#include <stdbool.h>

#include "explore/host/worker.h"

#define HOST_JOBS_MOST 64

struct host {
    int jobs, findings, input, rank; /* how many; descriptors */
    struct worker *workers;
    double patience;    /* seconds */
    double looked;      /* when the last look at them was */
    bool one_at_a_time; /* since schedules write files */
    bool closed;
    int interrupts;      /* descriptor: Ctrl-C came */
    bool told_interrupt; /* the script of the explorer knows */
};

/* The worker has a plan: it runs as soon as it may. */
int host_jobs_start(struct host *host, struct worker *worker, uint32_t flag);

/* Waits until a worker is done, Ctrl-C comes, or the time is over, in real
 * time.  The number of the worker, from 1; 0 at the deadline. */
#define HOST_JOBS_INTERRUPTED (-1) /* told once */
#define HOST_JOBS_LOST (-2)        /* *lost has ended */
int host_jobs_wait(struct host *host, double until, struct worker **lost);

/* Takes the worker's next word: false: it has ended, or Ctrl-C came. */
bool host_jobs_take_word(struct worker *worker, struct worker_word *word);

#endif
