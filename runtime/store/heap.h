/*
 * Heap: the blocks of the arena.
 *
 * Sizes are rounded up to classes, four to a doubling.  A request takes a free
 * block of its class, else memory behind the frontier, which has never been
 * used, else a larger free block, whose rest becomes a block of its own.  When
 * nothing serves, neighbouring free blocks are joined, two in each step, with
 * the guard free between the steps, until a block serves or the whole heap has
 * been looked at.  That is left out where less is free than is wanted, or where
 * nothing was released since it was last done.
 *
 * A block always has an owner that the arena can name: the 64-bit word which
 * holds its offset.  tl_heap_take writes that word in the same logged step
 * that takes the block off the free list, and tl_heap_release clears it in
 * the step that puts the block back: so a kill leaks no block.  A task that
 * copies the offset into a second word notes first which of the two words owns
 * the block (store/repair_note).
 *
 * Blocks are aligned to 64 bytes.  The first 8 bytes of a block just taken are
 * 0, the rest is anything.
 */
#ifndef TL_HEAP_H
#define TL_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* TL_OK or TL_NO_MEMORY; once. */
int tl_heap_make(void);

/* Sets *owner, a word in the arena, to a block of at least `size` bytes.
 * TL_NO_MEMORY; TL_TOO_LARGE: larger than the arena. */
int tl_heap_take(uint64_t *owner, uint64_t size);

/* The same; *fresh: whether its memory was never used before. */
int tl_heap_take_tell(uint64_t *owner, uint64_t size, bool *fresh);

/* Frees the block that *owner names, and sets *owner to `next`.  Nothing where
 * *owner is 0. */
void tl_heap_release(uint64_t *owner, uint64_t next);

/* Bytes of the heap that are in blocks in use, and how many these are: for
 * tests and reports. */
uint64_t tl_heap_used(uint64_t *count);

/* Whether the heap's blocks follow each other without a gap, and the free
 * lists hold the free ones; for tests, with no other task inside. */
bool tl_heap_check(void);

/* The log of the heap, in TL_REGION_HEAP; and the offset at which the part of
 * the heap that was ever used ends. */
struct tl_log *tl_heap_log(void);
uint64_t tl_heap_end(void);

/* For space/file_check, of an arena that nobody is in: whether the heap's
 * invariants hold, where each word of it may be anything.  Calls `tell` for
 * each block in use. */
bool tl_heap_is_sound(void (*tell)(void *context, uint64_t block),
                      void *context);

/* How many bytes a block in use has. */
uint64_t tl_heap_size(uint64_t block);

/* After the guard of the heap was taken over from a dead task. */
void tl_heap_repair(void);

#endif
