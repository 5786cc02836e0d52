/*
 * Since: when the operation that this thread is in began to wait.
 *
 * A task that is called looks, and often sleeps again: at each death it is
 * called for repair, and an operation may wait for one thing after another.
 * That is one wait all the same, and whoever asks since when the task waits is
 * told when the first sleep began.  It lasts until the task begins another
 * operation (wait/checkpoint), or a callback in the midst of it does
 * (park/idle).
 */
#ifndef TL_SINCE_H
#define TL_SINCE_H

#include <stdint.h>

/* When this operation began to wait: now, if it has not yet. */
int64_t tl_since(void);

/* From here on it is what the caller says; 0: nothing has waited yet.  Returns
 * what it was. */
int64_t tl_since_set(int64_t since);

#endif
