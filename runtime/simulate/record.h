/*
 * Record: the steps of a simulation, as they are taken: into the account where
 * it is explored (explore/account), and as text where that is wanted
 * (observe/steps).
 */
#ifndef TL_RECORD_H
#define TL_RECORD_H

#include <stdint.h>

#include "explore/lock_graph.h"
#include "public/event.h"

/* This task, which has just got the turn, takes a step: in the operation that
 * its slot says. */
void tl_record_step(enum tl_event_how how);

/* Where the script was in this task's last step. */
struct tl_lock_place tl_record_place(void);

/* The name of a script by its number in a step; "": not known. */
const char *tl_record_script(uint16_t file);

/* The player's death is a step. */
void tl_record_death(uint32_t number);

/* In an exploration: what its plan or strategy chose (TL_EVENT_CLOCK, WAKES,
 * ANSWER) of so many, in or after the step that this player took last. */
void tl_record_choice(enum tl_event_how how, uint32_t number, uint64_t could_be,
                      uint32_t of, uint64_t chosen);

/* The clock moves, by the plan: no step. */
void tl_record_clock(void);

/* What this task says of a file that it is about to use, until NULL. */
void tl_record_file(const char *name);

#endif
