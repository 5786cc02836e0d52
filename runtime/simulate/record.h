/*
 * Record: the steps of a simulation, as they are taken.
 */
#ifndef TL_RECORD_H
#define TL_RECORD_H

#include <stdint.h>

#include "trace/event.h"

/* This task, which has just got the turn, takes a step. */
void tl_record_step(enum tl_event_how how);

/* The player's death is a step. */
void tl_record_death(uint32_t number);

#endif
