/*
 * Stopped: the side of the schedule while it stands still before a step
 * (tl_stop_hook): it answers what the explorer asks, in the Lua state of the
 * task that is about to take the step, until it is told to go on.
 *
 * What it runs there is explore/host/stopped.lua, loaded for each answer, of
 * which the script finds nothing.
 *
 * Limits: an answer uses memory, so that the collector may run at another time
 * after it, and objects have other addresses.
 */
#ifndef EXPLORE_STOPPED_H
#define EXPLORE_STOPPED_H

#include "explore/host/worker.h"

/* In the main task of a schedule that talks. */
void stopped_begin(int socket, struct worker_shared *shared);

#endif
