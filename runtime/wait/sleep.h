/*
 * Sleep: a task that waits for nothing but time.
 */
#ifndef TL_SLEEP_H
#define TL_SLEEP_H

/* TL_OK or TL_NO_MEMORY; once, in the program's own arena. */
int tl_sleep_make(void);

/* Lets others go first for a moment, within an operation that looks again and
 * again for what they are about to do. */
void tl_sleep_pause(void);

#endif
