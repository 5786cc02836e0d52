/*
 * Deaths: signals between simulated tasks, and the ends that they cause.
 *
 * A signal that ends its process does so at the process's next step, which
 * whoever has the turn then takes for it: by the kernel, and it waits until the
 * process is a zombie, so that all others find it as dead as it will be.  A
 * signal that has a handler is handled by the process when it has the turn.
 */
#ifndef TL_DEATHS_H
#define TL_DEATHS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* See tl_world.signal. */
bool tl_deaths_signal(pid_t pid, int signal);

/* The process of a player is to be killed at once, by the plan. */
void tl_deaths_kill(uint32_t number);

/* Ends the process of a player that a signal has condemned, and settles what it
 * owes. */
void tl_deaths_execute(uint32_t number);

/* Whether the end of that process is the end of this player, too: it is of it,
 * or of a daemon that it has started. */
bool tl_deaths_reaches(uint32_t number, pid_t pid);

/* See tl_world.ended_by. */
int tl_deaths_ended_by(pid_t pid);

/* Before a choice: settles what one owes that was found dead with the turn, and
 * waits until the kernel has done with the task that has just left, or stops
 * itself. */
void tl_deaths_settle(void);

/* Whether the task of that player is no more. */
bool tl_deaths_is_dead(uint32_t number);

/* Looks who was killed, or told to go on, from outside, and settles that. */
void tl_deaths_look_around(void);

/* Handles the signals that wait for this player; true: there were some. */
bool tl_deaths_answer(uint32_t number);

#endif
