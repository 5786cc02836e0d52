/*
 * Fairness: a task that does nothing but look, again and again, comes last
 * until another one has taken a step.
 *
 * A loop that polls would else be run for ever by a strategy that prefers its
 * task, and each round of it is a schedule of its own to one that searches all
 * (Musuvathi, Qadeer: Fair Stateless Model Checking, PLDI 2008, with yields
 * that the program says; here those are guessed, too).
 *
 * A task is tied
 *   - by ipc.yield;
 *   - by what it tries in vain without waiting for the second time, where
 *     meanwhile no other task has written anything: after the first it may go
 *     on at once, since what it does then, knowing that, is a schedule of its
 *     own;
 *   - by reading the same part of the same object at the same line of the
 * script for the third time, where meanwhile no other task has written
 * anything, nor this one to that object.
 *
 * Some loops end by themselves, after so many looks: a plan may have those that
 * look go on at once a number of times (haste, of strategy.h).
 */
#ifndef TL_FAIRNESS_H
#define TL_FAIRNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "explore/contender.h"

#define TL_FAIRNESS_TIMES 3
#define TL_FAIRNESS_SPOTS 4 /* a loop may look at several things */

/* What a task has looked at lately. */
struct tl_fairness {
    uint64_t writes; /* its own, so far */
    uint64_t vain;   /* writes of others by its last vain try, and 1; or 0 */
    uint32_t next;   /* spot to be used again */
    uint32_t tries;  /* in vain, one after the other, others writing nothing */
    uint32_t looks;  /* how often it has looked so as it was last tied */
    struct tl_fairness_spot {
        uint64_t object, part;
        uint64_t others; /* writes of others by the first of these looks */
        uint32_t operation, times;
        uint32_t line;
        uint16_t file;
    } spots[TL_FAIRNESS_SPOTS];
};

/* A step of the task: what it does, and where in the script.  `writes`: how
 * many writes there were in all; the step is counted there.  True: it is tied
 * now. */
bool tl_fairness_step(struct tl_fairness *it, uint64_t *writes,
                      const struct tl_pending *what, uint16_t file,
                      uint32_t line);

/* What the task did in its last step, of that access, was in vain: then it has
 * written nothing.  True: it is tied now. */
bool tl_fairness_in_vain(struct tl_fairness *it, uint64_t *writes,
                         uint8_t access);

#endif
