/*
 * Message: a message that does not fit into the queue itself, packed into a
 * block.
 *
 * A message block holds how many references it carries, these, and the bytes.
 * Dropping it drops the references.  Ends of pipes count as held while a
 * message carries them.
 *
 * Where more than one task may read one message (the values of a table), it has
 * more than one owner, a word of the arena each.  Their number changes in steps
 * of one log; the last to drop it frees it.
 */
#ifndef TL_MESSAGE_H
#define TL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "memory/object.h"
#include "store/log.h"
#include "tidelock.h"

struct tl_message_block {
    /* the first 8 bytes, so that they are 0 in a block just taken */
    uint32_t ref_count;
    uint32_t shared; /* whether it may have more than one owner: */
    uint64_t log;    /* offset of the log under which `owners` changes */
    uint64_t owners; /* how many words own it */
    uint64_t size;
    tl_ref refs[]; /* then the bytes */
};

static inline bool tl_message_is_small(const struct tl_message *m)
{
    return m->size <= TL_SMALL_SIZE && m->ref_count == 0;
}

/* Copies the message's bytes to `to`. */
void tl_message_copy(unsigned char *to, const struct tl_message *m);

/* Packs the message into a block that *owner, a word in the arena, owns.
 * TL_NO_MEMORY, TL_TOO_LARGE. */
int tl_message_pack(uint64_t *owner, const struct tl_message *m);

/* The message block, which this task owns, may have more than one owner from
 * now on.  The log must live as long as any of them. */
void tl_message_make_shared(uint64_t block, struct tl_log *log);

/* In a step of that log: *owner, which is 0, becomes one more of its owners. */
void tl_message_share(struct tl_log *log, uint64_t *owner, uint64_t block);

/* Drops the references of the message block, and frees it, unless it has
 * further owners; clears *owner.  0: nothing. */
void tl_message_drop(uint64_t *owner);

/* Shows a message block in a parcel, which does not own it. */
void tl_message_show(uint64_t block, struct tl_parcel *parcel);

#endif
