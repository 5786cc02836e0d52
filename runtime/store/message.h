/*
 * Message: what travels, when it does not fit into the queue itself.
 *
 * A packed message is one block: how many references it carries, these, and
 * the bytes.  Dropping it drops the references.  Ends of pipes count as held
 * while a message carries them.
 */
#ifndef TL_MESSAGE_H
#define TL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "tidelock.h"

struct tl_packed {
    uint64_t ref_count; /* first, so that it is 0 in a block just taken */
    uint64_t size;
    tl_ref refs[]; /* then the bytes */
};

static inline bool tl_message_is_small(const struct tl_message *m)
{
    return m->size <= TL_SMALL_SIZE && m->ref_count == 0;
}

/* Copies the message's bytes to `to`. */
void tl_message_copy(unsigned char *to, const struct tl_message *m);

/* Packs it into a block that *owner, a word in the arena, owns.
 * TL_NO_MEMORY, TL_TOO_LARGE. */
int tl_message_pack(uint64_t *owner, const struct tl_message *m);

/* Drops the references of the packed message, and frees it.  0: nothing. */
void tl_message_drop(uint64_t *owner);

/* Shows a packed message; the parcel does not own it. */
void tl_message_show(uint64_t block, struct tl_parcel *parcel);

#endif
