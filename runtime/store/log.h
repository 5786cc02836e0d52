/*
 * Log: many words of the arena change as if at once.
 *
 * A step is prepared as a list of (word, new value) in the log, under the
 * log's guard; storing `count` commits it; then the words are written.  If the
 * task dies before the commit, nothing has changed; after it, the guard's next
 * taker writes all words again: values are absolute, so twice is harmless.
 *
 *     tl_log_begin(log);
 *     ... read words, tl_log_set(log, &word, value) ...
 *     tl_log_end(log);
 *
 * Between begin and end the words still have their old values.
 */
#ifndef TL_LOG_H
#define TL_LOG_H

#include <stdint.h>

#include "park/guard.h"

#define TL_LOG_MOST 12

struct tl_log {
    struct tl_guard guard;  /* must be first */
    _Atomic uint32_t count; /* 0: nothing is under way */
    uint32_t prepared;
    struct {
        uint64_t at, value;
    } words[TL_LOG_MOST];
};

/* `role` tells whose repair the guard needs. */
void tl_log_init(struct tl_log *log, enum tl_guard_role role);
void tl_log_begin(struct tl_log *log);
void tl_log_set(struct tl_log *log, uint64_t *word, uint64_t value);
void tl_log_end(struct tl_log *log);

/* A word as it will be after what is prepared so far. */
uint64_t tl_log_get(const struct tl_log *log, const uint64_t *word);

/* A word that steps change, read without the guard: as it was before some step
 * or after.  Relaxed: a hint, or looked at again under the guard. */
static inline uint64_t tl_log_peek(const uint64_t *word)
{
    return atomic_load_explicit((const _Atomic uint64_t *)word,
                                memory_order_relaxed);
}

/* After the guard was taken over: finishes a committed step. */
void tl_log_repair(struct tl_log *log);

#endif
