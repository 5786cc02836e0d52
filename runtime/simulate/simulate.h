/*
 * Simulate: what the start of a program calls; the rest is public/simulate.
 */
#ifndef TL_SIMULATE_H
#define TL_SIMULATE_H

#include "tidelock.h"

/* Where tl_simulate_begin was called: carves what the simulation keeps (TL_OK,
 * TL_NO_MEMORY); and gives the main task the turn. */
int tl_simulate_make(void);
void tl_simulate_enter(void);

#endif
