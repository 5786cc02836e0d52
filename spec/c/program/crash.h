/*
 * Crash: what the crash sweep needs of a scenario.
 *
 * For k = 1, 2, ... a victim process runs `victim` and kills itself at its k-th
 * step.  Then `after` must find that the others go on, and everything that was
 * taken from the arena must come back.  The sweep ends when the victim lives
 * through all of its steps.
 */
#ifndef CRASH_H
#define CRASH_H

#include <stdbool.h>

struct scenario {
    const char *name;
    void (*setup)(void);
    /* a second task, asleep in `partner` when the victim begins; or NULL.
     * Returns whether all was well. */
    bool (*partner)(void);
    int partners;
    void (*victim)(void); /* armed: every step may be its last */
    bool (*after)(void);
};

extern const struct scenario scenarios[];
extern const int scenario_count;

/* Seconds within which everything in a scenario must happen. */
#define PATIENCE 3.0

#endif
