/*
 * Outside: what a simulated program does that is not simulated, and who is told
 * of it: a line on stderr, once for each thing.
 */
#ifndef TL_OUTSIDE_H
#define TL_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

/* See tl_simulate_outside. */
void tl_outside_name(const char *what);

/* Whether something may come from outside at any moment: the program has begun
 * what is not simulated, or another one is in a space of this task's. */
bool tl_outside_is_at_work(void);

/* By a task that waits for its turn: the player `holder` has had it, in real
 * time, since *since (0: not noted yet) or the caller's last look.  After some
 * seconds that is told: it computes, or waits in a call that the simulation
 * does not know. */
void tl_outside_stands_still(uint32_t holder, int64_t *since);

/* Nobody can run, and no deadline comes: that is told, and a moment passes, in
 * real time and in the simulation. */
void tl_outside_nobody_runs(void);

#endif
