/*
 * Due: what a task is to hear of at its next checkpoint.
 */
#ifndef TL_DUE_H
#define TL_DUE_H

#include <stdatomic.h>

enum tl_due {
    TL_DUE_DEATH = 1,     /* a task is dead and not yet recovered */
    TL_DUE_INTERRUPT = 2, /* the next blocking call is to end */
    TL_DUE_FOREIGN = 4,   /* this thread is no task of the program */
    TL_DUE_POINT = 8,     /* always, where operations are points of a world */
    TL_DUE_IDLE = 16,     /* tl_idle_call: tl_idle_due is to be asked */
    TL_DUE_RECORD = 32,   /* always, where operations are recorded */
    TL_DUE_WAITED = 64    /* the operation before has waited: park/since */
};

/* What is due in this thread; an atomic since signal handlers set it. */
extern _Thread_local _Atomic unsigned tl_due;

static inline void tl_due_set(enum tl_due what)
{
    atomic_fetch_or(&tl_due, what);
}

#endif
