/*
 * Care: what this thread does while it waits: the runtime has one pair of hooks
 * for that (tl_idle_due, tl_idle_run), and these share it.
 *
 * A task at its end still answers signals, but does nothing for pools any more.
 */
#ifndef TL_CARE_H
#define TL_CARE_H

#include <stdbool.h>

enum care { CARE_SIGNALS, CARE_POOLS, CARES };

/* While this thread waits, and is_due() holds, it calls run(); is_due NULL: no
 * more. */
void care_for(enum care what, bool (*is_due)(void), void (*run)(void));

/* While paused, it does nothing of all that, and is not cancelled; pauses nest.
 */
void care_pause(bool on);

/* Where this thread is at a prompt: is to call run(), which is what it does
 * while it waits; NULL: nothing is to be done around that. */
extern _Thread_local void (*care_around)(void (*run)(void));

/* In a child, which was forked in a pause of its parent: there is none. */
void care_forget(void);

/* Whether this task is at its end: tl_main_end. */
bool care_is_last(void);

#endif
