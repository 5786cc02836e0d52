/*
 * Simulation: the program's tasks take turns, and time is a number.
 *
 * Which task runs next is decided at each operation, by a seed: the same seed,
 * the same run.  The clock moves only when no task can run, and then to the
 * next deadline.  What the program does outside of the runtime (commands,
 * sockets, C modules) runs as one step, in real time.
 *
 * A part of tidelock.h.
 */
#ifndef TL_PUBLIC_SIMULATE_H
#define TL_PUBLIC_SIMULATE_H

#include "public/core.h"

#include <stdbool.h>
#include <stdint.h>

/* Before tl_init: the program is going to be simulated.  Each step is written
 * as a line of text to the descriptor `steps` (-1: it is not), below a heading
 * that names `script`, which is borrowed until tl_init. */
void tl_simulate_begin(uint64_t seed, int steps, const char *script);

bool tl_simulate_is_on(void);
int64_t tl_simulate_seed(void); /* -1: it is not simulated */

/* The pid of a process as the scripts of a simulation have it: 1 is the main
 * task's, and each new process has the next.  Elsewhere the pid itself. */
int tl_simulate_pid(int pid);

/* The same of this process's parent; 0: it is not of the program. */
int tl_simulate_parent(void);

/* Writes the steps that are still in memory: before the program ends.  TL_OK;
 * TL_SYSTEM with errno: this write or an earlier one failed. */
int tl_simulate_flush(void);

/* Somebody types at a prompt: no wonder then if a task stands still. */
void tl_simulate_by_hand(void);

/* Nanoseconds since the start of the simulation. */
int64_t tl_simulate_clock(void);

/* This thread is about to do something that is not simulated.  Tells so on
 * stderr, once for each `what` ("io.popen"), and that what comes of it may
 * differ in the next run.  Nothing where the program is not simulated. */
void tl_simulate_outside(const char *what);

/* A point: this thread is about to do that to a file.  `identity` is the same
 * for the same file in all tasks; `name` is for people.  TL_OK, or as every
 * operation.  Nothing where the program is not simulated. */
enum tl_file_use {
    TL_FILE_OPEN,
    TL_FILE_READ,
    TL_FILE_WRITE,
    TL_FILE_SEEK,
    TL_FILE_FLUSH,
    TL_FILE_CLOSE,
    TL_FILE_REMOVE,
    TL_FILE_RENAME
};
int tl_simulate_file(enum tl_file_use use, uint64_t identity, const char *name);

/* What this thread has announced so last has failed, and changed nothing: as a
 * try in vain, it is what a task does that waits for something. */
void tl_simulate_file_failed(void);

#endif
