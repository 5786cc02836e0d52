/*
 * Numbering: gives each new key the next number, from 1.  Memory of its process
 * alone.
 */
#ifndef TL_NUMBERING_H
#define TL_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

struct tl_numbering_key {
    uint32_t parts[4];
};

struct tl_numbering {
    struct tl_numbering_key *keys;
    uint32_t *slots;      /* numbers; 0: free */
    uint32_t count, room; /* room: of the slots, a power of 2; keys: half */
};

/* The number of the key; *fresh: it has just got it.  0: no memory. */
uint32_t tl_numbering_of(struct tl_numbering *table,
                         const struct tl_numbering_key *key, bool *fresh);

#endif
