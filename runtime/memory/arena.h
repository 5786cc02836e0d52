/*
 * Arena: the one shared mapping that all tasks of a program live on.
 *
 * A memfd, reserved large and backed on touch, mapped once before the first
 * fork and so at the same address in every task.  Inside it things name each
 * other by offsets (0 is nothing), tasks by numbers and kinds by enum tl_kind:
 * never by pointers or pids.
 *
 * Layout: the root, then the regions that the layers carve off at the start,
 * then the heap of store/alloc, which grows towards the end.
 *
 * Only tl_init carves, before there is a second task: nothing here is atomic.
 */
#ifndef TL_ARENA_H
#define TL_ARENA_H

#include <stddef.h>
#include <stdint.h>

#define TL_LINE 64 /* bytes of a cache line */

extern unsigned char *tl_arena_base; /* NULL before tl_arena_make */

static inline void *tl_at(uint64_t offset)
{
    return tl_arena_base + offset;
}

static inline uint64_t tl_offset(const void *address)
{
    return (uint64_t)((const unsigned char *)address - tl_arena_base);
}

/* Maps an arena of `size` bytes, zeroed.  TL_OK; TL_SYSTEM with errno. */
int tl_arena_make(uint64_t size);

/* Takes `size` zeroed bytes, aligned to a line, off the front; TL_NO_MEMORY
 * is NULL. */
void *tl_arena_carve(uint64_t size);

/* What is left between what was carved and the end. */
uint64_t tl_arena_front(void);
uint64_t tl_arena_size(void);

#endif
