/*
 * Deadlock: which tasks can never go on, as a pure function.
 *
 * Input: for each task whether it waits without a deadline, and who could end
 * its wait.  A task can go on when it does not wait like that, or when anybody
 * who could end its wait can go on.  Strike out those until nothing changes;
 * all that remain are stuck.  (The reduction of Holt, "Some deadlock properties
 * of computer systems", 1972, for resources of unknown producers.)
 */
#ifndef TL_DEADLOCK_H
#define TL_DEADLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_ANYBODY UINT32_MAX /* an ender: every other task */
#define TL_NOBODY (UINT32_MAX - 1)

struct tl_wait_state {
    bool waits;     /* asleep, without a deadline */
    uint32_t ender; /* index of the task that alone could end the wait, or
                       TL_ANYBODY or TL_NOBODY */
};

/* Sets stuck[i] for the tasks that can never go on; returns how many. */
size_t tl_deadlock_find(const struct tl_wait_state *tasks, size_t count,
                        bool *stuck);

#endif
