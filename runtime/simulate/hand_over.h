/*
 * Hand-over: how the turn goes from one task to the next.
 *
 * The word `turn` names the task that has the turn.  A task that gives it away
 * writes the word, then wakes the other, which sleeps on a word of its own; and
 * goes to sleep itself.  Who keeps the turn makes no system call.
 *
 * Whoever waits for its turn looks now and then, in real time, whether the task
 * that has it is dead: it was killed from outside, or crashed.  Then it takes
 * the turn (a compare and swap), and gives it to the first task that can have
 * it, to settle the death and choose the next: the same one in each run,
 * whoever looked first.
 *
 * A task that ends gives the turn to another that is to choose, since it cannot
 * settle a death any more.
 */
#ifndef TL_HAND_OVER_H
#define TL_HAND_OVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "simulate/players.h"

/* Chooses the next, and comes back when this task has the turn again, which may
 * be at once. */
void tl_hand_over(void);

/* This process, whose end a signal has just brought about, does not go on. */
void tl_hand_over_to_end(void);

/* This process, which a signal of its own stops, does not go on until another
 * lets it; unless there is none. */
void tl_hand_over_to_stop(int signal);

/* This task gives the turn away for ever. */
void tl_hand_over_for_ever(void);

/* See tl_world. */
void tl_hand_over_started(uint32_t child, pid_t pid);
void tl_hand_over_arrived(void);

/* The main task: it has the turn. */
void tl_hand_over_begin(void);

#endif
