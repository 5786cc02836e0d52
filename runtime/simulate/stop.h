/*
 * Stop: a program that is explored stands still before a step of its plan's
 * choice, with all its objects alive, and whoever has asked for that looks
 * around (tl_stop_hook).
 */
#ifndef TL_STOP_H
#define TL_STOP_H

#include "base/world.h"

/* This task, which has the turn, is about to take the next step, and its script
 * can be looked into.  `looking`: the world meanwhile. */
void tl_stop_before_step(const struct tl_world *looking);

#endif
