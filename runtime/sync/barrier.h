/*
 * Barrier: a number of tasks wait until all have come; then all go on.
 *
 * Under the guard, `members` lists the tasks that have arrived in this round,
 * each entry tagged with the round.  Entries of earlier rounds are void by
 * themselves, so starting a new round is one store, to the word:
 *
 *     bit 0      broken
 *     bits 1-63  the round
 *
 * A round is complete when the last party arrives; a timeout, an abort, a reset
 * or the death of a waiting party breaks it.  How a round ended stays known for
 * the 64 rounds after it (`failed`), for tasks that are slow to wake.
 */
#ifndef TL_BARRIER_H
#define TL_BARRIER_H

#include "memory/object.h"
#include "wait/wait.h"

struct tl_barrier {
    struct tl_object object;
    uint32_t parties; /* constant */
    struct tl_guard guard;
    _Atomic uint64_t word;      /* a watch word */
    uint64_t failed;            /* bit (round % 64): it ended by a reset */
    uint64_t members;           /* block: uint64_t[parties], round << 32 | id */
    struct tl_wait_queue moved; /* wake all: the round ends for everybody */
};

void tl_barrier_describe(const struct tl_object *object, int side, char *text,
                         size_t size);
void tl_barrier_task_died(struct tl_object *object, struct tl_task *dead,
                          struct tl_cell *cell);
void tl_barrier_destroy(struct tl_object *object);

#endif
