/*
 * Sleep: a task that waits for nothing but time.
 */
#ifndef TL_SLEEP_H
#define TL_SLEEP_H

/* TL_OK or TL_NO_MEMORY; once, in the program's own arena. */
int tl_sleep_make(void);

#endif
