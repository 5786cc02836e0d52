/*
 * Chooser: who comes next in a program that is explored: by the moves of its
 * plan, and where there is none any more, by its strategy (explore/).
 *
 * A move is what an event tells: the moves that are made of a schedule's events
 * give the same schedule.  So a STEP is taken off the plan when the step is
 * recorded, whoever has given the task its turn: who dies of another's death
 * takes its step unasked, as does a task that looks whether all are stuck. Only
 * where one of several is to be chosen is the plan asked, and left out what
 * cannot be.
 *
 * A choice is one that matters where another task could have come first, and
 * the order of the two may make a difference.  It makes none while the task
 * that ran last is about to use what it alone has used so far, in all schedules
 * (explore/findings): it goes on, and nobody is asked, unless by a plan that
 * says `everywhere`.
 *
 * All this is nothing in a program that is not explored.
 */
#ifndef TL_CHOOSER_H
#define TL_CHOOSER_H

#include <stdbool.h>
#include <stdint.h>

#include "public/explore.h"

/* The main task is there: before any choice. */
void tl_chooser_begin(void);

/* The player is new. */
void tl_chooser_born(uint32_t number);

/* This task is about to do what its slot says; sleeps in it; has tried it in
 * vain. */
void tl_chooser_pends(void);
void tl_chooser_sleeps(void);
void tl_chooser_in_vain(void);

/* What comes next: the step of a player, or the death of one, who need not be
 * able to run; or the clock moves to the next deadline. */
struct tl_choice {
    enum tl_choice_what {
        TL_CHOICE_STEP,
        TL_CHOICE_KILL,
        TL_CHOICE_CLOCK
    } what;
    uint32_t player;
};

/* Of the `count` players of the list (simulate/players), at least one. `clock`:
 * there is a deadline. */
struct tl_choice tl_chooser_choose(uint32_t count, bool clock);

/* Nothing is chosen (yet): who comes next does so by force. */
void tl_chooser_forget(void);

/* The flags of the step that the player is about to take (enum tl_event_flag);
 * and that it has been recorded. */
uint16_t tl_chooser_flags(uint32_t number);
void tl_chooser_stepped(const struct tl_event *event);

/* ---- for what is chosen besides tasks ---- */

/* Takes the next move off the plan if it is of this kind. */
bool tl_chooser_take(enum tl_move_kind kind, struct tl_move *move);

/* A move that was taken cannot be made. */
void tl_chooser_deviates(void);

/* Where the plan has no move: a number below `limit`, by the strategy; of NONE
 * 0. */
uint32_t tl_chooser_pick(uint32_t limit);

#endif
