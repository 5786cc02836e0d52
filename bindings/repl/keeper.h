/*
 * Keeper: a process beside the REPL that leads the process group of all that
 * the session starts, and ends it when the REPL has ended, however that was:
 * after a kill -9 nobody else could.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include <sys/types.h>

/* Forks it; the group, or 0 where it cannot. */
pid_t keeper_start(void);

/* Ends all that is in the group, the keeper too. */
void keeper_end(void);

#endif
