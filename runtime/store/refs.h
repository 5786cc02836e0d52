/*
 * Refs: the references to objects, and their counts.
 *
 * A reference is a 64-bit word somewhere in the arena (a cell of a task, an
 * entry of a message) that holds a tl_ref.  tl_refs_set changes such a word and
 * the counts in the objects in one logged step, so counts and words agree
 * whatever dies.
 *
 * An object whose last reference goes is put on the reclaim list in the same
 * step.  tl_refs_reclaim takes objects off the list and destroys them, one
 * after the other, so that long chains (a queue in a queue in a queue) take no
 * stack.
 */
#ifndef TL_REFS_H
#define TL_REFS_H

#include <stdint.h>

#include "memory/object.h"
#include "store/log.h"
#include "tasks/task.h"

/* In TL_REGION_RECLAIM. */
struct tl_reclaim_list {
    struct tl_log log;
    uint64_t first; /* offset of an object with refs == 0 */
};

/* TL_OK or TL_NO_MEMORY; once. */
int tl_refs_make(void);

/* Sets *word from what it refers to now to `ref` (or 0).  One of them is 0, or
 * both refer to the same object, which is counted where it was lent before. */
void tl_refs_set(tl_ref *word, tl_ref ref);

/* For a new object, which the word `owned` named so far: clears that too, and
 * drops what *word refers to. */
void tl_refs_adopt(tl_ref *word, tl_ref ref, uint64_t *owned);

/* For a logged step in which other words change together with a reference.
 * Between begin and end the guard of the reclaim list is held. */
struct tl_log *tl_refs_begin(void);
void tl_refs_prepare(tl_ref *word, tl_ref ref); /* one in a step */
void tl_refs_end(void);

/* *word, which is 0, refers to what is kept for it by a reference that its task
 * has already. */
void tl_refs_lend(tl_ref *word, tl_ref ref);

/* Drops a reference for good: first the claim, so that the side is closed when
 * it was the last, then the word.  Twice is harmless. */
void tl_refs_drop(tl_ref *word);

/* Destroys what nobody refers to any more. */
void tl_refs_reclaim(void);

/* Goes on destroying what a dead task had begun to destroy. */
void tl_refs_reclaim_for(struct tl_task *dead);

#endif
