/*
 * Park: the word that a task sleeps on, and how others call it.  The only futex
 * of the runtime; how a task sleeps, park/sleeper says.
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
 * it blocks until it is in the kernel.  The signal is one that processes
 * ignore, so it may reach a later owner of the thread's number and do nothing.
 */
#ifndef TL_PARK_H
#define TL_PARK_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "tasks/task.h"
#include "tidelock.h"

/* Forgets calls for earlier waits; before the task enlists as a waiter. */
void tl_park_begin(void);

#define TL_PARK_SIGNAL SIGURG

/* Whether the task has been called since tl_park_begin. */
bool tl_park_called(void);

/* The CPU on which the task ran that called this one last: a hint. */
int tl_park_waker_cpu(void);

/* Makes a task look again.  Async-signal-safe. */
void tl_park_call(struct tl_task *task);

/* Makes a task that polls look again at the tasks that it watches; false: it
 * does not poll. */
bool tl_park_kick(struct tl_task *task);

/* Makes every task look again, though a waker of it may have died. */
void tl_park_call_all(void);

/* For guards: sleeps while *word == value, until `until`, or the death of the
 * task `owner` (an id), or a little while. */
void tl_park_word(_Atomic uint32_t *word, uint32_t value, uint32_t owner,
                  tl_deadline until);

/* A word to sleep on, while it has this value. */
static inline struct futex_waitv tl_park_watch(_Atomic uint32_t *word,
                                               uint32_t value)
{
    return (struct futex_waitv){
        .val = value, .uaddr = (uintptr_t)word, .flags = FUTEX_32};
}

/* Sleeps while all words hold.  Returns the index of one that moved (0 also
 * when one had moved before), or why not. */
enum { TL_PARK_TIME_OVER = -1, TL_PARK_SIGNALLED = -2 };
long tl_park_on(struct futex_waitv *words, unsigned count, tl_deadline until);

/* Sleeps while the word holds, for so many nanoseconds at most; false: they are
 * over. */
bool tl_park_wait_word(_Atomic uint32_t *word, uint32_t value, int64_t most);

/* Whether the task sleeps, or is stopped, and runs only when somebody wakes
 * it. */
bool tl_park_sleeps(const struct tl_task *task);

/* How many it woke. */
long tl_park_wake_word(_Atomic uint32_t *word, int count);

#endif
