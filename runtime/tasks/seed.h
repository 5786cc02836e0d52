/*
 * Seed: random numbers of the program, which differ from task to task.
 */
#ifndef TL_SEED_H
#define TL_SEED_H

/* TL_OK or TL_NO_MEMORY; once, in the program's own arena. */
int tl_seed_make(void);

#endif
