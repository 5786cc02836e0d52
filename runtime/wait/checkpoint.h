/*
 * Checkpoint: the first line of every operation, blocking or not.
 *
 * One predictable branch while nothing is due.  Behind it hangs what a task
 * must hear of between its own instructions: deaths that it came across inside
 * a guard, a fork that the runtime does not know of; tracing, callbacks and a
 * simulated scheduler have their place here.
 */
#ifndef TL_CHECKPOINT_H
#define TL_CHECKPOINT_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "tidelock.h"

enum tl_due {
    TL_DUE_DEATH = 1,     /* a task is dead and not yet recovered */
    TL_DUE_INTERRUPT = 2, /* the next blocking call is to end */
    TL_DUE_FOREIGN = 4    /* this thread is no task of the program */
};

/* What is due in this thread; an atomic since signal handlers set it. */
extern _Thread_local _Atomic unsigned tl_due;

/* TL_OK or TL_FOREIGN. */
int tl_checkpoint_due(void);

static inline int tl_checkpoint(void)
{
    /* relaxed: a flag seen late is seen at the next operation */
    if (__builtin_expect(
            atomic_load_explicit(&tl_due, memory_order_relaxed) != 0, 0))
        return tl_checkpoint_due();
    return TL_OK;
}

static inline void tl_due_set(enum tl_due what)
{
    atomic_fetch_or(&tl_due, what);
}

/* Takes an interrupt, if there is one: for calls that are about to block. */
bool tl_checkpoint_interrupted(void);

/* Forks leave the child without a task; from now on they are noticed. */
void tl_checkpoint_watch_forks(void);

/* This thread is a task (again): after tl_init, in a child of ours, and in a
 * thread of ours. */
void tl_checkpoint_adopt(void);

#endif
