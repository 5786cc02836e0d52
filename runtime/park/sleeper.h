/*
 * Sleeper: how a task sleeps: on its park word, in each arena where it waits,
 * for descriptors, and for deaths.
 *
 * While it sleeps it also watches the lives of other tasks, by futex_waitv or,
 * where the kernel has none, by a heartbeat; park/warden says which lives.  A
 * task that sleeps for descriptors hears of deaths by park/lookout.
 */
#ifndef TL_SLEEPER_H
#define TL_SLEEPER_H

#include <stdbool.h>

#include "tidelock.h"

enum tl_sleeper_end {
    TL_SLEEPER_CALLED, /* look again */
    TL_SLEEPER_SIGNAL, /* a signal was handled: look again */
    TL_SLEEPER_DEATH,  /* a task has ended: sweep, and look again */
    TL_SLEEPER_TIMEOUT /* `until` is over */
};

/* The next sleeps are also as a task of these arenas (bits), where the task has
 * begun to park as well; 0: no more. */
void tl_sleeper_also(unsigned arenas);

/* The next sleeps are for these descriptors too; 0: no more. */
struct pollfd;
void tl_sleeper_with(struct pollfd *polled, unsigned count);

/* Sleeps until called, a descriptor is ready (which counts as called), a death,
 * or `until`. */
enum tl_sleeper_end tl_sleeper_sleep(tl_deadline until);

/* Whether a signal has come that is to be answered (tl_signal_due).  With
 * signals blocked, that holds until the sleep lets them in; else one may come
 * right after, and is slept over: so a thread that expects any sleeps as for
 * descriptors. */
bool tl_sleeper_is_signalled(void);

/* Until when such a thread may sleep before it looks again: while it blocks
 * signals, a thread of the process that is not the runtime's
 * (process/thread_signals) may handle what comes. */
tl_deadline tl_sleeper_hearing(tl_deadline until);

#endif
