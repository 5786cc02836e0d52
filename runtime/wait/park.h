/*
 * Park: where tasks sleep.  The only futex of the runtime.
 *
 * Every task sleeps on the park word of its own slot:
 *
 *   RUNNING  awake                    -> ASLEEP  by itself, about to sleep
 *   ASLEEP   in the kernel, or nearly -> CALLED  by a waker, who then owes it
 *                                        a FUTEX_WAKE
 *   CALLED   told to look again       -> RUNNING by itself
 *   POLLS    as ASLEEP, for descriptors too -> CALLED by a waker, who then owes
 *                                        its thread a TL_PARK_SIGNAL
 *
 * Being called is a hint: anybody may call anybody at any time, and the task
 * looks again at what it waits for.  A waker that dies between the exchange
 * and the system call leaves its sleeper asleep on CALLED: so tl_park_call_all,
 * which a death causes, wakes whatever the word says.
 *
 * A thread that polls cannot sleep on a futex: it is called by a signal, which
 * it blocks until it is in the kernel; how it hears of deaths, wait/lookout
 * says.  The signal is one that processes ignore, so it may reach a later owner
 * of the thread's number and do nothing.
 *
 * While it sleeps, a task also watches the lives of other tasks (by
 * futex_waitv; where the kernel has none, by a heartbeat): which ones,
 * wait/warden says.  The kernel wakes one of those who sleep on a dead task's
 * life: it cleans up and calls all.
 */
#ifndef TL_PARK_H
#define TL_PARK_H

#include <stdatomic.h>
#include <stdint.h>

#include "tasks/task.h"
#include "tidelock.h"

enum tl_park_end {
    TL_PARK_END_CALLED, /* look again */
    TL_PARK_END_SIGNAL, /* a signal was handled: look again */
    TL_PARK_END_DEATH,  /* a task has ended: sweep, and look again */
    TL_PARK_END_TIMEOUT /* `until` is over */
};

/* Forgets calls for earlier waits; before the task enlists as a waiter. */
void tl_park_begin(void);

/* The next sleeps are also as a task of these arenas (bits), where the task has
 * begun to park as well; 0: no more. */
void tl_park_also(unsigned arenas);

/* The next sleeps are for these descriptors too; 0: no more. */
struct pollfd;
void tl_park_with(struct pollfd *polled, unsigned count);
#define TL_PARK_SIGNAL SIGURG

/* The signal ends the sleeps of this process that are for descriptors. */
void tl_park_hear(void);

/* Sleeps until called, a descriptor is ready (which counts as called), a death,
 * or `until`. */
enum tl_park_end tl_park_sleep(tl_deadline until);

/* Whether the task has been called since tl_park_begin. */
bool tl_park_called(void);

/* Where the task ran that called this one last. */
int tl_park_waker_cpu(void);

/* Makes a task look again.  Async-signal-safe. */
void tl_park_call(struct tl_task *task);

/* Makes a task that polls look whom it depends on; false: it does not poll. */
bool tl_park_kick(struct tl_task *task);

/* Makes every task look again, though a waker of it may have died. */
void tl_park_call_all(void);

/* For guards: sleeps while *word == value, until `until`, or the death of the
 * task `owner` (an id), or a little while. */
void tl_park_word(_Atomic uint32_t *word, uint32_t value, uint32_t owner,
                  tl_deadline until);
/* How many it woke. */
long tl_park_wake_word(_Atomic uint32_t *word, int count);

#endif
