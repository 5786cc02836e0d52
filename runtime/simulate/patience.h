/*
 * Patience: the clock of a simulation moves though tasks can run, where they go
 * on and on without getting anywhere.
 *
 * A task that polls waits for something that time brings: it asks for the time,
 * tries in vain, looks, or yields, again and again.  So much of that in a row,
 * by whichever tasks, and the clock jumps to the next deadline; much more of
 * anything else does it, too, as a task may be as slow as it likes.  Without
 * this the loop would never end, since the clock waits until no task can run.
 *
 * Where there is no deadline, what is polled is the clock itself: it moves a
 * little, and twice as far each time.
 */
#ifndef TL_PATIENCE_H
#define TL_PATIENCE_H

#include <stdint.h>

/* This task begins the operation. */
void tl_patience_operation(uint32_t operation);

/* The operation that it has begun last was in vain: nothing was changed by it.
 */
void tl_patience_in_vain(void);

/* It was asleep, and is not any more; tasks may wake each other for ever. */
void tl_patience_woken(void);

/* It asks for the time. */
void tl_patience_asked(void);

#endif
